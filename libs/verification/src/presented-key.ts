import type { Authenticator } from './authenticator.ts';
import { matchSecrets } from './constant-time.ts';
import { queryValueOf, REPEATED } from './request.ts';
import type { RequestView } from './request.ts';
import { isUsable } from './secret.ts';
import type { Secret } from './secret.ts';
import { refusal, unusable } from './verdict.ts';

const missing = refusal('credentials_missing', 'The key is missing.');
const repeated = refusal('credentials', 'The key was sent more than once.');
const wrong = refusal('credentials', 'The key is wrong.');

/** Where a sender shows its key. */
export interface KeyPlace {
  in: 'header' | 'query';
  /** Of a header: in any case. */
  name: string;
  /** What stands before the key. */
  prefix?: string;
  secrets: readonly Secret[];
}

/** Checks a key that the sender shows in a header or in a query parameter. */
export function presentedKey({ in: place, name, prefix = '', secrets }: KeyPlace): Authenticator {
  const match = matchSecrets(secrets);
  const refused = secrets.some(isUsable) ? wrong : unusable;
  const header = name.toLowerCase();
  const read = (view: RequestView) =>
    place === 'header' ? view.header(header) : queryValueOf(view.request.query, name);
  return {
    verify: (view) => {
      const shown = read(view);
      if (shown === undefined || shown === '') return missing;
      if (shown === REPEATED) return repeated;
      if (!shown.startsWith(prefix)) return refused;
      const key = shown.slice(prefix.length);
      const secret = match(place === 'header' ? Buffer.from(key, 'latin1') : key);
      return secret ? { ok: true, used: [secret.id] } : refused;
    },
    ...(place === 'header' ? { credentialHeaders: [header] } : { credentialQuery: [name] }),
  };
}
