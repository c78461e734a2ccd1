/** Names of what authenticates a call, to be cut before the call is kept. Headers in lower case. */
export interface CredentialNames {
  credentialHeaders: ReadonlySet<string>;
  credentialQuery: ReadonlySet<string>;
}

/** Names and values of headers in pairs, without those that hold credentials: always `Authorization`. */
export function keptHeaders(
  rawHeaders: readonly string[],
  credentials: CredentialNames | undefined,
): [string, string][] {
  const own = credentials?.credentialHeaders;
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (isCredential(name) || own?.has(name.toLowerCase())) continue;
    pairs.push([name, rawHeaders[index + 1]!]);
  }
  return pairs;
}

/** Compared by length first: two of some twenty headers get as far as being lower-cased. */
function isCredential(name: string): boolean {
  if (name.length === 13) return name.toLowerCase() === 'authorization';
  if (name.length === 19) return name.toLowerCase() === 'proxy-authorization';
  return false;
}

/** A query as it was sent, without the parameters that hold credentials, however their names are written. */
export function keptQuery(query: string, credentials: CredentialNames | undefined): string {
  const own = credentials?.credentialQuery;
  if (query === '' || !own || own.size === 0) return query;
  return query
    .split('&')
    .filter((part) => !own.has(parameterName(part)))
    .join('&');
}

function parameterName(part: string): string {
  // As a form is read (WHATWG URL, 5.1): the one decoder that never throws.
  return new URLSearchParams(`x${part}`).keys().next().value?.slice(1) ?? '';
}
