import type { Authenticator } from './authenticator.ts';
import { matchSecrets } from './constant-time.ts';
import { REPEATED } from './request.ts';
import { isUsable } from './secret.ts';
import type { Secret } from './secret.ts';
import { decodeBytes } from './signature-header.ts';
import { refusal, unusable } from './verdict.ts';

const missing = refusal('credentials_missing', 'The user name and password are missing.');
const repeated = refusal('credentials', 'The Authorization header was sent more than once.');
const wrong = refusal('credentials', 'The user name or password is wrong.');

const BASIC = /^basic +([^ ]+) *$/i;

/** Checks a user name and password (RFC 7617, in UTF-8). Name and password are compared together, as one text. */
export function basic(username: string, password: Secret): Authenticator {
  if (typeof username !== 'string') throw new TypeError('A user name is a string.');
  const match = matchSecrets(
    isUsable(password) ? [{ id: password.id, value: `${username}:${password.value}` }] : [],
  );
  const refused = isUsable(password) ? wrong : unusable;
  return {
    verify: (view) => {
      const header = view.header('authorization');
      if (header === undefined) return missing;
      if (header === REPEATED) return repeated;
      const encoded = BASIC.exec(header)?.[1];
      if (encoded === undefined) return missing;
      const credentials = decodeBytes(encoded, 'base64');
      const secret = credentials && match(credentials);
      return secret ? { ok: true, used: [secret.id] } : refused;
    },
  };
}
