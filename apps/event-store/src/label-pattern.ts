/**
 * The patterns of label filters: `*` stands for any run of characters, `?` for one, everything else for itself (`[` too,
 * unlike in a shell), and a leading `!` negates. Case matters.
 */
export type LabelPattern = { negated: boolean } & (
  | { kind: 'exact'; value: string }
  | { kind: 'like'; /** For SQL's LIKE, with `\` as its escape character. */ pattern: string }
);

export function labelPattern(text: string): LabelPattern {
  const negated = text.startsWith('!');
  const value = negated ? text.slice(1) : text;
  if (!/[*?]/.test(value)) return { negated, kind: 'exact', value };
  const pattern = escapeLike(value).replaceAll('*', '%').replaceAll('?', '_');
  return { negated, kind: 'like', pattern };
}

/** Text that LIKE takes literally. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
