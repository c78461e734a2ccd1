import { timingSafeEqual } from 'node:crypto';
import type { AccessRecord } from '@tributary/event-schemas';
import { hashApiKey } from './api-key.ts';

/** Where keys are looked up: in memory, or in the database that owns them. */
export interface ApiKeyLookup {
  /** The record of a key as a client sent it; undefined when there is none or it has expired. */
  find: (key: string) => AccessRecord | undefined | Promise<AccessRecord | undefined>;
}

/** The API keys of `tributary.access` in memory. */
export interface ApiKeyDirectory extends ApiKeyLookup {
  put: (record: AccessRecord) => void;
  /** Forgets the key of an id: a tombstone. */
  remove: (id: string) => void;
  find: (key: string) => AccessRecord | undefined;
  readonly size: number;
}

export function createApiKeyDirectory({ now = Date.now }: { now?: () => number } = {}): ApiKeyDirectory {
  const byHash = new Map<string, AccessRecord>();
  const hashById = new Map<string, string>();

  const remove = (id: string): void => {
    const hash = hashById.get(id);
    if (hash === undefined) return;
    hashById.delete(id);
    byHash.delete(hash);
  };

  return {
    put: (record) => {
      remove(record.id);
      hashById.set(record.id, record.sha256);
      byHash.set(record.sha256, record);
    },
    remove,
    find: (key) => {
      const hash = hashApiKey(key);
      const record = byHash.get(hash);
      if (!record || !sameHash(hash, record.sha256)) return undefined;
      return isValidNow(record, now()) ? record : undefined;
    },
    get size() {
      return byHash.size;
    },
  };
}

/** Whether a key has not expired at `now` (milliseconds since the epoch). */
export function isValidNow({ expires }: Pick<AccessRecord, 'expires'>, now: number): boolean {
  return expires === null || Date.parse(expires) > now;
}

function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
