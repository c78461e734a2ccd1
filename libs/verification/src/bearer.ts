import type { Authenticator } from './authenticator.ts';
import { matchSecrets } from './constant-time.ts';
import { REPEATED } from './request.ts';
import { isUsable } from './secret.ts';
import type { Secret } from './secret.ts';
import { refusal, unusable } from './verdict.ts';

const missing = refusal('credentials_missing', 'The bearer key is missing.');
const repeated = refusal('credentials', 'The Authorization header was sent more than once.');
const wrong = refusal('credentials', 'The bearer key is wrong.');

const BEARER = /^bearer +([^ ]+) *$/i;

/** Checks a key in `Authorization: Bearer` (RFC 6750, 2.1). */
export function bearer(keys: readonly Secret[]): Authenticator {
  const match = matchSecrets(keys);
  const refused = keys.some(isUsable) ? wrong : unusable;
  return {
    verify: (view) => {
      const header = view.header('authorization');
      if (header === undefined) return missing;
      if (header === REPEATED) return repeated;
      const key = BEARER.exec(header)?.[1];
      if (key === undefined) return missing;
      const secret = match(Buffer.from(key, 'latin1'));
      return secret ? { ok: true, used: [secret.id] } : refused;
    },
  };
}
