import { TemplateRuntimeError } from '../errors.ts';
import type { At } from '../syntax/nodes.ts';
import { str } from '../values/text.ts';
import type { Value } from '../values/types.ts';
import { isJsonNumberOrName, quoted, wholeValue } from './whole-value.ts';

/*
 * `template_mode: "json"`. The template's own text is JSON with holes. A tracker reads that text as it is written (RFC 8259)
 * and knows what stands around each hole: the inside of a string, where a value is written as the characters of its text,
 * escaped; or the place of a whole value, where it is written as a JSON value of its type. What a value holds can so neither
 * end the string it stands in nor add a member, and a result that is not JSON is an error of the template, at its place.
 */

/** What may come next outside of strings, numbers and names. */
type Expected = 'value' | 'first item' | 'key' | 'first key' | 'colon' | 'comma' | 'end';

/** What is being written: nothing, a string, an escape within one, or a number, `true`, `false` or `null`. */
type Part = 'none' | 'string' | 'escape' | 'word';

const whiteSpace = ' \n\t\r';

/** Follows the JSON that a template writes. */
export class JsonTracker {
  private readonly open: ('{' | '[')[] = [];
  private expected: Expected = 'value';
  private part: Part = 'none';
  /** The escape or word so far. */
  private pending = '';
  /** The piece of the template that is written: its place, its text, and how far that has been read. */
  private at: At = { lineno: 0, colno: 0 };
  private text = '';
  private offset = 0;

  /** Text of the template itself. Throws TemplateRuntimeError where it is not JSON. */
  advance(text: string, at: At): void {
    this.at = at;
    this.text = text;
    for (this.offset = 0; this.offset < text.length; this.offset++) this.step(text.charAt(this.offset));
  }

  /** The text to write for a value in the hole that is reached now. Throws TemplateRuntimeError where none can stand. */
  fill(value: Value, at: At): string {
    this.at = at;
    this.offset = 0;
    if (this.part === 'string') return quoted(str(value)).slice(1, -1);
    if (this.part === 'escape') return this.fail('a value stands within an escape');
    if (this.part === 'word') return this.fail('a value stands right after other text outside of a string');
    const isKey = this.expected === 'key' || this.expected === 'first key';
    if (!isKey && this.expected !== 'value' && this.expected !== 'first item')
      return this.fail(`a value stands where ${this.wanted()} is due`);
    this.complete();
    return isKey ? quoted(str(value)) : wholeValue(value);
  }

  /** Called when all is written. Throws TemplateRuntimeError where the JSON is not complete. */
  finish(): void {
    if (this.part === 'word') this.endWord();
    if (this.expected !== 'end' || this.part !== 'none')
      this.fail(
        `the result ends where ${this.part === 'none' ? this.wanted() : 'the end of a string'} is due`,
      );
  }

  private step(char: string): void {
    switch (this.part) {
      case 'string':
        return this.inString(char);
      case 'escape':
        return this.inEscape(char);
      case 'word':
        if (isWordCharacter(char)) {
          this.pending += char;
          return;
        }
        this.endWord();
        return this.between(char);
      case 'none':
        return this.between(char);
    }
  }

  private inString(char: string): void {
    if (char < ' ') this.fail('a control character or line break stands in a string');
    if (char === '"') {
      this.part = 'none';
      this.complete();
    } else if (char === '\\') {
      this.part = 'escape';
      this.pending = '';
    }
  }

  private inEscape(char: string): void {
    this.pending += char;
    if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{0,4})$/.test(this.pending)) this.fail('there is no such escape');
    if (this.pending[0] !== 'u' || this.pending.length === 5) this.part = 'string';
  }

  private endWord(): void {
    this.part = 'none';
    if (!isJsonNumberOrName(this.pending)) this.fail(`${this.pending} is no value`);
    this.complete();
  }

  /** A character outside of strings and words. */
  private between(char: string): void {
    if (whiteSpace.includes(char)) return;
    const { expected } = this;
    const isValueDue = expected === 'value' || expected === 'first item';
    if (char === '"' && (isValueDue || expected === 'key' || expected === 'first key')) this.part = 'string';
    else if ((char === '{' || char === '[') && isValueDue) {
      this.open.push(char);
      this.expected = char === '{' ? 'first key' : 'first item';
    } else if (isWordCharacter(char) && isValueDue) {
      this.part = 'word';
      this.pending = char;
    } else if (char === ':' && expected === 'colon') this.expected = 'value';
    else if (char === ',' && expected === 'comma') this.expected = this.open.at(-1) === '{' ? 'key' : 'value';
    else if (this.closes(char)) {
      this.open.pop();
      this.expected = 'value';
      this.complete();
    } else this.fail(`${char} stands where ${this.wanted()} is due`);
  }

  private closes(char: string): boolean {
    const opened = this.open.at(-1);
    if (opened === undefined || char !== (opened === '{' ? '}' : ']')) return false;
    return this.expected === 'comma' || this.expected === (opened === '{' ? 'first key' : 'first item');
  }

  /** A key or a value has ended. */
  private complete(): void {
    if (this.expected === 'key' || this.expected === 'first key') this.expected = 'colon';
    else this.expected = this.open.length === 0 ? 'end' : 'comma';
  }

  private wanted(): string {
    if (this.expected === 'comma') return `a comma or ${this.open.at(-1) === '{' ? '}' : ']'}`;
    if (this.expected === 'end') return 'the end of the result';
    return this.expected.includes('key') ? 'a key' : this.expected === 'colon' ? 'a colon' : 'a value';
  }

  private fail(problem: string): never {
    const lines = this.text.slice(0, this.offset).split('\n');
    const before = lines.length === 1 ? this.at.colno : 0;
    throw new TemplateRuntimeError(`The template does not write JSON: ${problem}.`, {
      line: this.at.lineno + lines.length,
      column: before + (lines.at(-1) ?? '').length + 1,
    });
  }
}

function isWordCharacter(char: string): boolean {
  return /[-+.\w]/.test(char);
}
