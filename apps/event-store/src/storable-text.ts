/**
 * Text as Postgres can hold it: no NUL, no half of a surrogate pair; both become U+FFFD. Only what is searched by goes
 * through here, the stored document keeps every character.
 */
export function storableText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
}

/** The same for the keys and values of a resource's labels. */
export function storableLabels(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([label, value]) => [storableText(label), storableText(value)]),
  );
}
