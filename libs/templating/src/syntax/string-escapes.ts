import { characterNamed } from './character-names.ts';

const simple: Record<string, string> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const digitCounts: Record<string, number> = { x: 2, u: 4, U: 8 };
const escapeNames: Record<string, string> = { x: '\\xXX', u: '\\uXXXX', U: '\\UXXXXXXXX' };

export interface EscapeProblem {
  problem: string;
}

/** The value of a string literal's inside, with Python's escapes. */
export function unescape(body: string): string | EscapeProblem {
  if (!body.includes('\\')) return body;
  let result = '';
  let i = 0;
  while (i < body.length) {
    const at = body.indexOf('\\', i);
    if (at < 0) return result + body.slice(i);
    result += body.slice(i, at);
    const escape = readEscape(body, at);
    if ('problem' in escape) return escape;
    result += escape.text;
    i = at + escape.length;
  }
  return result;
}

function readEscape(body: string, at: number): { text: string; length: number } | EscapeProblem {
  const code = body.codePointAt(at + 1) as number;
  const char = String.fromCodePoint(code);
  const known = simple[char];
  if (known !== undefined) return { text: known, length: 2 };
  const octal = /^[0-7]{1,3}/.exec(body.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined)
    return { text: String.fromCharCode(Number.parseInt(octal, 8)), length: 1 + octal.length };
  const digits = digitCounts[char];
  if (digits !== undefined) return readHex(body, at, char, digits);
  if (char === 'N') return readName(body, at);
  // Jinja2 writes characters beyond ASCII as escapes before it reads escapes, which swallows a backslash before them.
  if (code > 0x7f) return { text: `\\${asciiEscape(code)}`, length: 1 + char.length };
  return { text: `\\${char}`, length: 2 };
}

function readName(body: string, at: number): { text: string; length: number } | EscapeProblem {
  const name = /^\{([^}]+)\}/.exec(body.slice(at + 2))?.[1];
  if (name === undefined) return { problem: 'malformed \\N character escape' };
  const code = characterNamed(name);
  if (code === undefined) return { problem: 'unknown Unicode character name' };
  return { text: String.fromCodePoint(code), length: name.length + 4 };
}

function readHex(
  body: string,
  at: number,
  kind: string,
  count: number,
): { text: string; length: number } | EscapeProblem {
  const hex = body.slice(at + 2, at + 2 + count);
  if (!new RegExp(`^[0-9a-fA-F]{${count}}$`).test(hex))
    return { problem: `truncated ${escapeNames[kind]} escape` };
  const code = Number.parseInt(hex, 16);
  if (code > 0x10ffff) return { problem: 'illegal Unicode character' };
  return { text: String.fromCodePoint(code), length: 2 + count };
}

function asciiEscape(code: number): string {
  if (code < 0x100) return `x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `u${code.toString(16).padStart(4, '0')}` : `U${code.toString(16).padStart(8, '0')}`;
}
