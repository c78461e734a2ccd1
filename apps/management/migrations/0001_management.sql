-- Accounts, workspaces and API keys; webhooks with every version they had; and the outbox, from which the records of
-- tributary.webhooks and tributary.access are published.

CREATE TABLE accounts (
  id uuid PRIMARY KEY,
  handle text NOT NULL UNIQUE,
  name text NOT NULL,
  created timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE workspaces (
  id uuid PRIMARY KEY,
  account uuid NOT NULL REFERENCES accounts,
  handle text NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  created timestamptz NOT NULL DEFAULT now(),
  UNIQUE (account, handle)
);

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  account uuid NOT NULL REFERENCES accounts,
  workspace uuid NOT NULL REFERENCES workspaces,
  name text NOT NULL,
  -- SHA-256 of the key, in hex. The key itself is nowhere.
  sha256 text NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  -- Whether it came from the configuration; a new one there replaces it.
  bootstrap boolean NOT NULL DEFAULT false,
  created timestamptz NOT NULL,
  expires timestamptz
);
CREATE INDEX api_keys_by_workspace ON api_keys (workspace, created, id);

CREATE TABLE webhooks (
  id uuid PRIMARY KEY,
  account uuid NOT NULL REFERENCES accounts,
  workspace uuid NOT NULL REFERENCES workspaces,
  version integer NOT NULL CHECK (version >= 1),
  -- Repeated from the settings, to filter by. Need not be unique.
  name text NOT NULL,
  settings jsonb NOT NULL,
  slug_sha256 text NOT NULL UNIQUE,
  -- AES-256-GCM under the master key, bound to the webhook's id. Null once the webhook is deleted.
  slug_encrypted text CHECK (slug_encrypted IS NOT NULL OR deleted IS NOT NULL),
  created timestamptz NOT NULL,
  updated timestamptz NOT NULL,
  deleted timestamptz
);
CREATE INDEX webhooks_by_workspace ON webhooks (workspace, created, id) WHERE deleted IS NULL;
CREATE INDEX webhooks_by_name ON webhooks (workspace, name) WHERE deleted IS NULL;
CREATE INDEX webhooks_deleted ON webhooks (deleted) WHERE deleted IS NOT NULL;

-- Written once per change, never changed.
CREATE TABLE webhook_versions (
  webhook uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
  version integer NOT NULL,
  change text NOT NULL CHECK (change IN ('created', 'updated', 'rotated', 'deleted')),
  settings jsonb NOT NULL,
  -- The key that made the change. It may be gone since.
  api_key uuid NOT NULL,
  created timestamptz NOT NULL,
  PRIMARY KEY (webhook, version)
);

-- Records that wait for Kafka, published in the order of their ids. The rows of one key are written under the lock of
-- its row in webhooks or api_keys, so their ids have the order of its changes.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  -- Null is a tombstone.
  value text,
  -- The trace of the request that made the change (W3C Trace Context).
  trace jsonb NOT NULL,
  created timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_by_key ON outbox (key);
