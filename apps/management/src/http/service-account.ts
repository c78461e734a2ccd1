import { randomUUID } from 'node:crypto';
import { generateApiKey, hashApiKey } from '@tributary/api-auth';
import type { AccessRecord, Scope } from '@tributary/event-schemas';
import { HttpProblem } from '@tributary/service-runtime';
import { instant } from '@tributary/event-schemas';
import type { ServiceAccount } from '../service-account-store.ts';
import { UNUSED } from '../show-settings.ts';
import type { Usage } from '../show-settings.ts';
import { toInstant } from '../webhook-store.ts';
import { unprocessable } from './page.ts';

/** When a key ends, as a request names it; null: never. */
export const expiration = instant.nullish();

/** A new key of a service account, in clear and as it is kept. */
export function newKey(
  {
    id,
    account,
    workspace,
    name,
    scopes,
  }: Pick<ServiceAccount, 'id' | 'account' | 'workspace' | 'name'> & {
    scopes: Scope[];
  },
  expires: string | null,
): { key: string; record: AccessRecord } {
  if (expires !== null && Date.parse(expires) <= Date.now()) {
    const detail = 'api_key_expiration must be in the future.';
    throw unprocessable([{ pointer: '/api_key_expiration', detail }]);
  }
  const key = generateApiKey();
  const record: AccessRecord = {
    id: randomUUID(),
    account,
    workspace,
    name,
    sha256: hashApiKey(key),
    scopes,
    created: toInstant(new Date()),
    expires,
    service_account_id: id,
  };
  return { key, record };
}

/** A service account as Prefect Cloud shows it; the key itself only where it was made just now. */
export function toBot(
  { id, account, name, scopes, created, updated, apiKey }: ServiceAccount,
  { key, usage = UNUSED }: { key?: string; usage?: Usage } = {},
): object {
  return {
    id,
    created,
    updated,
    account_id: account,
    actor_id: id,
    name,
    account_role_name: 'Member',
    scopes,
    api_key: {
      id: apiKey.id,
      created: apiKey.created,
      name: apiKey.name,
      expiration: apiKey.expires,
      last_used: usage(apiKey.id).last_used,
      ...(key === undefined ? {} : { key }),
    },
  };
}

export function noSuchServiceAccount(): HttpProblem {
  return new HttpProblem(404, 'There is no service account of this id in the account.');
}
