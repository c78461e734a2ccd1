import type { ApiKeyDirectory } from '@tributary/api-auth';
import type { Refusal, Verdict } from '@tributary/verification';
import type { Hook } from './webhook-directory.ts';

/** The keys of service accounts, as `tributary.access` has them. */
export interface ServiceAccounts {
  find: ApiKeyDirectory['find'];
  /** Whether what `find` knows has been proven current a short time ago. */
  isCurrent: () => boolean;
}

const missing = refusal('credentials_missing', 'The key of the service account is missing.');
const wrong = refusal('credentials', 'The key is none of the service account.');

const BEARER = /^bearer +([^ ]+) *$/i;

/** Checks that a call shows a valid API key of a webhook's service account (RFC 6750, 2.1). */
export function checkServiceAccount(
  rawHeaders: readonly string[],
  { account }: Pick<Hook, 'account'>,
  { serviceAccountId, find }: Pick<ServiceAccounts, 'find'> & { serviceAccountId: string },
): Verdict {
  const sent = rawHeaders.filter((_, index) => index % 2 === 1 && isAuthorization(rawHeaders[index - 1]!));
  if (sent.length > 1) return wrong;
  const key = BEARER.exec(sent[0] ?? '')?.[1];
  if (key === undefined) return missing;
  const record = find(key);
  const isIts = record?.service_account_id === serviceAccountId && record.account === account;
  return record && isIts ? { ok: true, used: [record.id] } : wrong;
}

function isAuthorization(name: string): boolean {
  return name.length === 13 && name.toLowerCase() === 'authorization';
}

function refusal(cause: Refusal['cause'], message: string): Refusal {
  return Object.freeze({ ok: false, status: 401, cause, message });
}
