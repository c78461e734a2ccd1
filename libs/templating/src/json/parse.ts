import { PyDict } from '../values/dict.ts';
import { float, integer, type Value } from '../values/types.ts';

/** The text is not JSON; `offset` is where reading stopped, in UTF-16 units. */
export class JsonSyntaxError extends SyntaxError {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} at offset ${offset}`);
    this.name = 'JsonSyntaxError';
    this.offset = offset;
  }
}

/** What is read of JSON, near the limits of Python's reader. */
export const jsonLimits = {
  /** Arrays and objects within each other. */
  depth: 500,
  /** Digits of an integer. */
  integerDigits: 4300,
} as const;
const { depth: deepest, integerDigits: mostDigits } = jsonLimits;

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- a JSON string ends at control characters
const plainText = /[^"\\\0-\x1f]*/y;
const escapes: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Reader {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): Value {
    this.space();
    const value = this.value();
    this.space();
    if (this.at < this.text.length) this.fail('Unexpected text after the value');
    return value;
  }

  private fail(message: string): never {
    throw new JsonSyntaxError(message, this.at);
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private value(): Value {
    switch (this.text.charCodeAt(this.at)) {
      case 0x22:
        return this.string();
      case 0x7b:
        return this.object();
      case 0x5b:
        return this.array();
      case 0x74:
        return this.word('true', true);
      case 0x66:
        return this.word('false', false);
      case 0x6e:
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  private word(word: string, value: Value): Value {
    if (!this.text.startsWith(word, this.at)) this.fail('Expected a value');
    this.at += word.length;
    return value;
  }

  private number(): Value {
    number.lastIndex = this.at;
    const token = number.exec(this.text)?.[0];
    if (token === undefined)
      this.fail(this.at < this.text.length ? 'Expected a value' : 'Unexpected end of the text');
    if (/[.eE]/.test(token)) {
      this.at += token.length;
      return float(Number(token));
    }
    // Python reads no longer ones either, and for the same reason: their cost grows faster than their length.
    if (token.length > mostDigits && token.replace('-', '').length > mostDigits)
      this.fail(`An integer of more than ${mostDigits} digits`);
    this.at += token.length;
    return token.length < 16 ? Number(token) + 0 : integer(BigInt(token));
  }

  private string(): string {
    const start = ++this.at;
    plainText.lastIndex = start;
    plainText.test(this.text);
    this.at = plainText.lastIndex;
    if (this.text.charCodeAt(this.at) === 0x22) return this.text.slice(start, this.at++);
    let result = this.text.slice(start, this.at);
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x22) {
        this.at++;
        return result;
      }
      if (code !== 0x5c)
        this.fail(Number.isNaN(code) ? 'Unterminated string' : 'Control character in a string');
      result += this.escape();
      plainText.lastIndex = this.at;
      plainText.test(this.text);
      result += this.text.slice(this.at, plainText.lastIndex);
      this.at = plainText.lastIndex;
    }
  }

  private escape(): string {
    const char = this.text[this.at + 1] ?? '';
    if (char === 'u') {
      const hex = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.fail('Malformed escape');
      this.at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const known = Object.hasOwn(escapes, char) ? escapes[char] : undefined;
    if (known === undefined) this.fail('Unknown escape');
    this.at += 2;
    return known;
  }

  private enter(): void {
    this.at++;
    if (++this.depth > deepest) this.fail(`Nested more than ${deepest} deep`);
    this.space();
  }

  /** After an element: whether another follows; `close` ends the container. */
  private more(close: number): boolean {
    this.space();
    const code = this.text.charCodeAt(this.at);
    if (code !== close && code !== 0x2c) this.fail("Expected ',' or the end of the container");
    this.at++;
    if (code === close) this.depth--;
    return code === 0x2c;
  }

  private array(): Value[] {
    const items: Value[] = [];
    this.enter();
    if (this.text.charCodeAt(this.at) === 0x5d) {
      this.at++;
      this.depth--;
      return items;
    }
    do {
      this.space();
      items.push(this.value());
    } while (this.more(0x5d));
    return items;
  }

  private object(): PyDict {
    const dict = new PyDict();
    this.enter();
    if (this.text.charCodeAt(this.at) === 0x7d) {
      this.at++;
      this.depth--;
      return dict;
    }
    do {
      this.space();
      if (this.text.charCodeAt(this.at) !== 0x22) this.fail('Expected a key');
      const key = this.string();
      this.space();
      if (this.text.charCodeAt(this.at) !== 0x3a) this.fail("Expected ':'");
      this.at++;
      this.space();
      dict.set(key, this.value());
    } while (this.more(0x7d));
    return dict;
  }
}

/**
 * Reads JSON without losing anything: `1` and `1.0` stay different, integers keep every digit, objects keep the order of
 * all their keys, and no key is special. Of a repeated key the last value counts, at the place of the first.
 * Throws JsonSyntaxError.
 */
export function parseJson(text: string): Value {
  return new Reader(text).document();
}
