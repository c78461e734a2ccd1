-- Service accounts, whose keys callers of a webhook send; who changed what; and when secrets were last used.

CREATE TABLE service_accounts (
  id uuid PRIMARY KEY,
  account uuid NOT NULL REFERENCES accounts,
  -- Where it was made: its keys open this workspace, as far as they have scopes.
  workspace uuid NOT NULL REFERENCES workspaces,
  name text NOT NULL,
  scopes text[] NOT NULL,
  created timestamptz NOT NULL,
  updated timestamptz NOT NULL,
  UNIQUE (account, id)
);
CREATE INDEX service_accounts_by_account ON service_accounts (account, created, id);

ALTER TABLE api_keys ADD COLUMN service_account uuid REFERENCES service_accounts;
CREATE INDEX api_keys_by_service_account ON api_keys (service_account) WHERE service_account IS NOT NULL;

-- Repeated from the settings, so that a webhook cannot name a service account that is not there or is another account's.
ALTER TABLE webhooks
  ADD COLUMN service_account uuid,
  ADD FOREIGN KEY (account, service_account) REFERENCES service_accounts (account, id);
CREATE INDEX webhooks_by_service_account ON webhooks (service_account) WHERE service_account IS NOT NULL;

-- The settings of a version are kept as the API shows them: without any secret, encrypted or not.
ALTER TABLE webhook_versions
  ADD COLUMN changed text[] NOT NULL DEFAULT '{}',
  ADD COLUMN api_key_name text;

-- Written with each change, never changed. It holds names and ids, no secret and no template.
CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account uuid NOT NULL,
  workspace uuid NOT NULL,
  occurred timestamptz NOT NULL,
  -- The key that made the change. It may be gone since.
  actor uuid NOT NULL,
  actor_name text NOT NULL,
  action text NOT NULL,
  resource uuid NOT NULL,
  resource_name text NOT NULL,
  -- Of a webhook: the version that the change made.
  version integer,
  changed text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_log_by_workspace ON audit_log (workspace, id);
CREATE INDEX audit_log_by_time ON audit_log (occurred);

-- The next record of tributary.usage to read, set in the transaction that counts what was read.
CREATE TABLE positions (
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL,
  PRIMARY KEY (topic, partition)
);

-- Secrets of webhooks, API keys of service accounts, and slugs (by their SHA-256) that let calls pass.
CREATE TABLE usage (
  webhook uuid NOT NULL,
  subject text NOT NULL,
  calls bigint NOT NULL,
  last_used timestamptz NOT NULL,
  PRIMARY KEY (webhook, subject)
);
CREATE INDEX usage_by_subject ON usage (subject);
