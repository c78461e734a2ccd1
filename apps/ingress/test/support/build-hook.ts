import { randomUUID } from 'node:crypto';
import { createKeyRing, encrypt } from '@tributary/encryption';
import type { KeyRing } from '@tributary/encryption';
import { secretPlace } from '@tributary/event-schemas';
import type { AuthenticationRecord, HandshakeRecord, SecretRecord } from '@tributary/event-schemas';
import type { Hook } from '../../src/webhook-directory.ts';

export const ID = '0190a0a0-0000-7000-8000-000000000001';

/** The master keys of tests, as `MASTER_KEY` has them. */
export const MASTER_KEY = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
export const ring: KeyRing = createKeyRing(MASTER_KEY);

/** A webhook as the ingress knows it: open to everyone, without limits, but for what is said. */
export function hook(changes: Partial<Hook> = {}): Hook {
  return {
    id: ID,
    account: ID,
    workspace: ID,
    version: 1,
    enabled: true,
    slugSha256: '0'.repeat(64),
    methods: new Set(['GET', 'HEAD', 'POST']),
    allow: 'GET, HEAD, POST',
    mode: 'receipt',
    syncTimeoutMs: undefined,
    deduplicates: false,
    maxBodyBytes: 1_000,
    requestsPerSecond: null,
    concurrency: null,
    ordered: true,
    protection: undefined,
    ...changes,
  };
}

/** A secret as it is on `tributary.webhooks`. */
export function secret(value: string, webhookId = ID): SecretRecord {
  const id = randomUUID();
  return { id, encrypted: encrypt(ring, value, secretPlace(webhookId, id)), set: '2026-01-01T00:00:00Z' };
}

export function protectedBy(...authentication: AuthenticationRecord[]): Hook {
  return hook({ protection: { authentication, serviceAccountId: null, handshakes: [] } });
}

export function withHandshakes(...handshakes: HandshakeRecord[]): Hook {
  return hook({ protection: { authentication: [], serviceAccountId: null, handshakes } });
}
