/** The value at a JSON pointer (RFC 6901): own members only. */
export function valueAt(value: unknown, pointer: string): unknown {
  let current = value;
  for (const token of tokensOf(pointer)) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, token)) return undefined;
    current = (current as Record<string, unknown>)[token];
  }
  return current;
}

/** The string or number at a JSON pointer, as text. */
export function jsonAt(value: unknown, pointer: string): string | undefined {
  const found = valueAt(value, pointer);
  if (typeof found === 'string') return found;
  return typeof found === 'number' ? String(found) : undefined;
}

/** Sets the value at a JSON pointer, making the objects on the way. */
export function setAt(target: Record<string, unknown>, pointer: string, value: unknown): void {
  const tokens = tokensOf(pointer);
  const last = tokens.pop()!;
  let current = target;
  for (const token of tokens) {
    const next = Object.hasOwn(current, token) ? current[token] : undefined;
    if (typeof next === 'object' && next !== null) current = next as Record<string, unknown>;
    else current = current[token] = {};
  }
  current[last] = value;
}

function tokensOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}
