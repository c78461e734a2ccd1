import { TemplateRuntimeError } from '../errors.ts';
import { PyDict } from '../values/dict.ts';
import { iterate, isIterable } from '../values/sequence.ts';
import { str, bigintText, floatText } from '../values/text.ts';
import { Undefined } from '../values/undefined.ts';
import { JsonMarkup, PyFloat, itemsOf, textOf, type Value } from '../values/types.ts';

/*
 * `template_mode: "json"`. The template's own text is JSON with holes. A tracker follows that text as it is written and
 * knows what stands around each hole: the inside of a string, where a value is written as the characters of its text,
 * escaped; or the place of a whole value, where it is written as a JSON value of its type. What a value holds can so
 * neither end the string it stands in nor add a member.
 */

type Surroundings = 'value' | 'key' | 'string';

/** Follows the JSON that a template writes. */
export class JsonTracker {
  /** The open containers: `{` before a key, `:` before a member's value, `[` in a list. */
  private readonly open: string[] = [];
  private inString = false;
  private escaped = false;
  /** A literal or number of the template's own is being written. */
  private inWord = false;
  /** A hole has just been filled with a whole value: a delimiter must follow. */
  private afterValue = false;

  /** Text of the template itself. */
  advance(text: string): void {
    for (const char of text) this.step(char);
  }

  private step(char: string): void {
    if (this.inString) {
      if (this.escaped) this.escaped = false;
      else if (char === '\\') this.escaped = true;
      else if (char === '"') this.inString = false;
      return;
    }
    if (char === ' ' || char === '\n' || char === '\t' || char === '\r') {
      this.inWord = false;
      return;
    }
    if (this.afterValue && !',:]}'.includes(char)) {
      throw new TemplateRuntimeError(
        'In a JSON template, text stands right after a value outside of a string.',
      );
    }
    this.afterValue = false;
    this.inWord = false;
    if (char === '"') this.inString = true;
    else if (char === '{' || char === '[') this.open.push(char);
    else if (char === '}' || char === ']') this.open.pop();
    else if (char === ':' && this.open.at(-1) === '{') this.open[this.open.length - 1] = ':';
    else if (char === ',' && this.open.at(-1) === ':') this.open[this.open.length - 1] = '{';
    else if (char !== ',' && char !== ':') this.inWord = true;
  }

  /** What surrounds the hole that is filled next. */
  private surroundings(): Surroundings {
    if (this.inString) {
      if (!this.escaped) return 'string';
      throw new TemplateRuntimeError('In a JSON template, a value stands right after a backslash.');
    }
    if (this.inWord || this.afterValue) {
      throw new TemplateRuntimeError(
        'In a JSON template, a value stands beside other text outside of a string.',
      );
    }
    return this.open.at(-1) === '{' ? 'key' : 'value';
  }

  /** The text to write for a value in the hole that is reached now. */
  fill(value: Value): string {
    switch (this.surroundings()) {
      case 'string':
        return quoted(str(value)).slice(1, -1);
      case 'key':
        this.afterValue = true;
        return quoted(str(value));
      case 'value':
        this.afterValue = true;
        return value instanceof JsonMarkup ? value.text : jsonOf(value, 0);
    }
  }
}

/** A JSON string; lone surrogates, which UTF-8 cannot carry, are written as escapes. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

const deepest = 900;

/** JSON of any value: undefined and what JSON has no number for become null, iterables lists, all else its text. */
function jsonOf(value: Value, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (!Number.isFinite(value)) return 'null';
      return Number.isInteger(value) ? String(value) : floatText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return bigintText(value);
    default:
      return value === null ? 'null' : jsonOfObject(value, depth);
  }
}

function jsonOfObject(value: object, depth: number): string {
  if (depth > deepest) throw new TemplateRuntimeError('The value is nested too deep.');
  if (value instanceof Undefined) return 'null';
  if (value instanceof PyFloat) return floatText(value.value);
  if (value instanceof PyDict) {
    const members: string[] = [];
    for (const [key, item] of value.entries()) members.push(`${quoted(str(key))}:${jsonOf(item, depth + 1)}`);
    return `{${members.join(',')}}`;
  }
  const items = itemsOf(value);
  if (items) return `[${items.map((item) => jsonOf(item, depth + 1)).join(',')}]`;
  const text = textOf(value);
  if (text !== undefined) return quoted(text);
  if (!isIterable(value)) return quoted(str(value));
  const parts: string[] = [];
  const iterator = iterate(value);
  for (let step = iterator.next(); !step.done; step = iterator.next())
    parts.push(jsonOf(step.value, depth + 1));
  return `[${parts.join(',')}]`;
}
