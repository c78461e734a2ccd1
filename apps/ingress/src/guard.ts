import { EncryptionError, decrypt } from '@tributary/encryption';
import type { KeyRing } from '@tributary/encryption';
import { authenticationRecord, handshakeRecord, secretPlace, webhookMethods } from '@tributary/event-schemas';
import type { AuthenticationRecord, HandshakeRecord, SecretRecord } from '@tributary/event-schemas';
import type { Logger } from '@tributary/service-runtime';
import { prepareAuthentication, prepareHandshakes } from '@tributary/verification';
import type {
  AuthenticationEntry,
  CertificateStore,
  HandshakeEntry,
  PreparedAuthentication,
  PreparedHandshakes,
  Secret,
} from '@tributary/verification';
import type { Hook } from './webhook-directory.ts';

/** A webhook's protection, its secrets in clear, ready for calls. */
export interface Guard {
  /** Undefined: the webhook asks nothing of its callers. */
  authentication: PreparedAuthentication | undefined;
  handshakes: PreparedHandshakes;
  /** The value of `WWW-Authenticate` beside a 401 (RFC 9110, 11.6.1). */
  challenge: string;
}

/** The guards of the webhooks that are being called. */
export interface Guards {
  of(hook: Hook): Guard;
  /** Forgets what was prepared for a webhook that has changed or gone. */
  forget(webhookId: string): void;
  readonly size: number;
}

export interface GuardOptions {
  ring: KeyRing;
  certificates?: CertificateStore;
  /** How many are kept; of more, the one that was prepared first is prepared again when it is called. */
  maxPrepared?: number;
  logger: Logger;
}

/**
 * Prepares a guard at the first call of a version of a webhook, so that a hundred thousand webhooks that nobody calls
 * cost neither time nor secrets in clear. A secret that cannot be decrypted opens nothing.
 */
export function createGuards({ ring, certificates, maxPrepared = 10_000, logger }: GuardOptions): Guards {
  const prepared = new Map<string, { hook: Hook; guard: Guard }>();

  function openerOf(hook: Hook) {
    return ({ id, encrypted }: SecretRecord): Secret => {
      try {
        return { id, value: decrypt(ring, encrypted, secretPlace(hook.id, id)) };
      } catch (error) {
        if (!(error instanceof EncryptionError)) throw error;
        logger.error({ code: error.code, webhookId: hook.id, secretId: id }, 'a secret cannot be decrypted');
        // An empty secret matches nothing, and the names of headers to cut stay known.
        return { id, value: '' };
      }
    };
  }

  function prepare(hook: Hook): Guard {
    // Neither of them ever fails: what is not understood becomes an entry that says so.
    const authentication = (hook.protection?.authentication ?? []).map((entry) =>
      authenticationRecord.parse(entry),
    );
    const handshakes = (hook.protection?.handshakes ?? []).map((entry) => handshakeRecord.parse(entry));
    const open = openerOf(hook);
    return {
      authentication:
        authentication.length === 0
          ? undefined
          : prepareAuthentication(
              authentication.map((entry) => authenticationEntry(entry, open)),
              certificates ? { certificates } : {},
            ),
      handshakes: prepareHandshakes(
        handshakes.map((entry) => handshakeEntry(entry, open)),
        {
          methods: webhookMethods.filter((method) => hook.methods.has(method)),
          ...(hook.requestsPerSecond === null ? {} : { requestsPerMinute: hook.requestsPerSecond * 60 }),
        },
      ),
      challenge: challengeOf(hook, authentication),
    };
  }

  return {
    of(hook) {
      const known = prepared.get(hook.id);
      if (known?.hook === hook) return known.guard;
      const guard = prepare(hook);
      prepared.delete(hook.id);
      if (prepared.size >= maxPrepared) prepared.delete(prepared.keys().next().value!);
      prepared.set(hook.id, { hook, guard });
      return guard;
    },
    forget: (webhookId) => void prepared.delete(webhookId),
    get size() {
      return prepared.size;
    },
  };
}

type Open = (secret: SecretRecord) => Secret;

function authenticationEntry(entry: AuthenticationRecord, open: Open): AuthenticationEntry {
  switch (entry.type) {
    case 'basic':
      return { ...entry, password: open(entry.password) };
    case 'bearer':
    case 'api_key':
      return { ...entry, keys: entry.keys.map(open) };
    case 'signature':
      return { ...entry, secrets: entry.secrets.map(open) };
    case 'ip_allow_list':
    case 'unknown':
      return entry;
  }
}

function handshakeEntry(entry: HandshakeRecord, open: Open): HandshakeEntry {
  switch (entry.type) {
    case 'meta':
      return { ...entry, verify_token: open(entry.verify_token) };
    case 'zoom':
    case 'x-crc':
      return { ...entry, secret: open(entry.secret) };
    default:
      return entry as HandshakeEntry;
  }
}

/** The last two are names of our own: the standard has none for a key in a header, or for a vendor's signature. */
const challenges: Partial<Record<AuthenticationRecord['type'], string>> = {
  basic: 'Basic realm="webhook", charset="UTF-8"',
  bearer: 'Bearer realm="webhook"',
  api_key: 'ApiKey realm="webhook"',
  signature: 'Signature realm="webhook"',
};

function challengeOf({ protection }: Hook, authentication: readonly AuthenticationRecord[]): string {
  const types = new Set(authentication.map(({ type }) => type));
  if (protection?.serviceAccountId) types.add('bearer');
  return [...types].flatMap((type) => challenges[type] ?? []).join(', ') || 'Bearer realm="webhook"';
}
