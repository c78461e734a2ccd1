import { TemplateRuntimeError, type Position } from '../errors.ts';
import { charge } from '../runtime/budget.ts';
import type { At } from '../syntax/nodes.ts';
import { repr, str } from '../values/text.ts';
import type { Value } from '../values/types.ts';
import { isJsonNumberOrName, quoted, wholeValue } from './whole-value.ts';

/*
 * `template_mode: "json"`. The template's own text is JSON with holes. A tracker reads that text as it is written (RFC 8259)
 * and knows what stands around each hole: the inside of a string, where a value is written as the characters of its text,
 * escaped; or the place of a whole value, where it is written as a JSON value of its type. What a value holds can so neither
 * end the string it stands in nor add a member, and a result that is not JSON is an error of the template, at its place.
 */

/** What may come next outside of strings, numbers and names; `anything` only for the lint, which knows no values. */
type Expected = 'value' | 'first item' | 'key' | 'first key' | 'colon' | 'comma' | 'end' | 'anything';

/** A piece of the template's text, and how far it has been read. */
interface Place {
  at: At;
  text: string;
  offset: number;
}

/** What is being written: nothing, a string, an escape within one, or a number, `true`, `false` or `null`. */
type Part = 'none' | 'string' | 'escape' | 'word';

/** Reading character by character takes as long as a step for about so many. */
const unitsPerStep = 16;

const whiteSpace = ' \n\t\r';

/** Follows the JSON that a template writes. */
export class JsonTracker {
  protected readonly open: ('{' | '[')[] = [];
  protected expected: Expected = 'value';
  protected part: Part = 'none';
  /** The string or word so far. */
  protected content = '';
  private escape = '';
  /** How far the template has been read. */
  private here: Place = { at: { lineno: 0, colno: 0 }, text: '', offset: 0 };
  /** Where the string or word began. */
  private start = this.here;

  /** Text of the template itself. Throws TemplateRuntimeError where it is not JSON. */
  advance(text: string, at: At): void {
    charge(text.length / unitsPerStep);
    const here = { at, text, offset: 0 };
    this.here = here;
    for (; here.offset < text.length; here.offset++) this.step(text.charAt(here.offset));
  }

  /** The text to write for a value in the hole that is reached now. Throws TemplateRuntimeError where none can stand. */
  fill(value: Value, at: At): string {
    this.here = { at, text: '', offset: 0 };
    if (this.part === 'string') return quoted(str(value)).slice(1, -1);
    if (this.part === 'escape') return this.fail('a value stands within an escape');
    if (this.part === 'word') return this.fail('a value stands right after other text outside of a string');
    const isKey = this.awaitsKey();
    if (!isKey && !this.awaitsValue()) return this.fail(`a value stands where ${this.wanted()} is due`);
    this.complete('value');
    return isKey ? quoted(str(value)) : wholeValue(value);
  }

  /** Called when all is written. Throws TemplateRuntimeError where the JSON is not complete. */
  finish(): void {
    if (this.part === 'word') this.endWord();
    if ((this.expected !== 'end' && this.expected !== 'anything') || this.part !== 'none')
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
          this.content += char;
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
      this.complete('string');
      return;
    }
    this.content += char;
    if (char !== '\\') return;
    this.part = 'escape';
    this.escape = '';
  }

  private inEscape(char: string): void {
    this.content += char;
    this.escape += char;
    if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{0,4})$/.test(this.escape)) this.fail('there is no such escape');
    if (this.escape[0] !== 'u' || this.escape.length === 5) this.part = 'string';
  }

  private endWord(): void {
    this.part = 'none';
    if (this.expected !== 'anything' && !isJsonNumberOrName(this.content))
      this.fail(`${this.content} is no value`, this.start);
    this.complete('word');
  }

  /** A character outside of strings and words. */
  private between(char: string): void {
    if (whiteSpace.includes(char)) return;
    const { expected } = this;
    if (char === '"' && (this.awaitsValue() || this.awaitsKey())) this.begin('string', '');
    else if (isWordCharacter(char) && this.awaitsValue()) this.begin('word', char);
    else if ((char === '{' || char === '[') && this.awaitsValue()) this.enter(char);
    else if (char === ':' && (expected === 'colon' || expected === 'anything')) this.expected = 'value';
    else if (char === ',' && (expected === 'comma' || expected === 'anything')) this.next();
    else if (this.closes(char)) this.leave();
    else this.fail(`${repr(char)} stands where ${this.wanted()} is due`);
  }

  private awaitsValue(): boolean {
    return this.expected === 'value' || this.expected === 'first item' || this.expected === 'anything';
  }

  protected awaitsKey(): boolean {
    return this.expected === 'key' || this.expected === 'first key';
  }

  private begin(part: Part, content: string): void {
    this.part = part;
    this.content = content;
    this.start = { ...this.here };
  }

  protected enter(bracket: '{' | '['): void {
    this.open.push(bracket);
    this.expected = bracket === '{' ? 'first key' : 'first item';
  }

  protected leave(): void {
    this.open.pop();
    this.expected = 'value';
    this.complete('container');
  }

  private next(): void {
    this.expected = this.open.at(-1) === '{' ? 'key' : 'value';
  }

  private closes(char: string): boolean {
    const opened = this.open.at(-1);
    if (opened === undefined || char !== (opened === '{' ? '}' : ']')) return false;
    const { expected } = this;
    if (expected === 'comma' || expected === 'anything') return true;
    return expected === (opened === '{' ? 'first key' : 'first item');
  }

  /** A key or a value has ended. */
  protected complete(_what: 'string' | 'word' | 'value' | 'container'): void {
    if (this.expected === 'anything') return;
    if (this.awaitsKey()) this.expected = 'colon';
    else this.expected = this.open.length === 0 ? 'end' : 'comma';
  }

  private wanted(): string {
    if (this.expected === 'comma') return `a comma or ${this.open.at(-1) === '{' ? '}' : ']'}`;
    if (this.expected === 'end') return 'the end of the result';
    return this.expected.includes('key') ? 'a key' : this.expected === 'colon' ? 'a colon' : 'a value';
  }

  private fail(problem: string, place = this.here): never {
    throw new TemplateRuntimeError(`The template does not write JSON: ${problem}.`, positionOf(place));
  }
}

function positionOf({ at, text, offset }: Place): Position {
  const lines = text.slice(0, offset).split('\n');
  const before = lines.length === 1 ? at.colno : 0;
  return { line: at.lineno + lines.length, column: before + (lines.at(-1) ?? '').length + 1 };
}

function isWordCharacter(char: string): boolean {
  return /[-+.\w]/.test(char);
}
