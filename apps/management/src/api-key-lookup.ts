import { hashApiKey, isValidNow } from '@tributary/api-auth';
import type { ApiKeyLookup } from '@tributary/api-auth';
import type { Pool } from '@tributary/postgres';
import { findApiKeyByHash } from './api-key-store.ts';

/** API keys straight from the database that owns them: one that was deleted is refused at once. */
export function createApiKeyLookup(pool: Pool): ApiKeyLookup {
  return {
    find: async (key) => {
      const record = await findApiKeyByHash(pool, hashApiKey(key));
      return record && isValidNow(record, Date.now()) ? record : undefined;
    },
  };
}
