/**
 * A query without some of its parameters, the others as they were sent. Names are compared decoded, as the check of a key
 * in the query does, so that no spelling of a name slips through.
 */
export function cutQuery(query: string, names: ReadonlySet<string>): string {
  if (names.size === 0 || query === '') return query;
  return query
    .split('&')
    .filter((field) => !names.has(nameOf(field)))
    .join('&');
}

function nameOf(field: string): string {
  // The parser of URLSearchParams drops a question mark at the start; with one of our own, the sender's stays.
  const [name] = new URLSearchParams(`?${field}`).keys();
  return name ?? '';
}

/** Names and values in turn, without the headers of these names (in lower case). */
export function cutHeaders(rawHeaders: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (!names.has(name.toLowerCase())) kept.push(name, rawHeaders[index + 1]!);
  }
  return kept;
}
