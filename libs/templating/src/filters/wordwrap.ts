import { PythonError, valueError } from '../errors.ts';
import { splitLines } from '../methods/split.ts';
import { charge, chargeText, checkStringLength } from '../runtime/budget.ts';
import { native } from '../runtime/callable.ts';
import { compare, truthy } from '../values/compare.ts';
import { toFloat } from '../values/numbers.ts';
import { numberOf } from '../values/compare.ts';
import { Undefined } from '../values/undefined.ts';
import { Markup, textOf, typeName, type Value } from '../values/types.ts';
import { codePointLength, sliceText } from '../values/unicode.ts';
import { typeError } from '../errors.ts';

/* Python's `textwrap`, with the options that Jinja2 gives it. */

const word = '\\p{L}\\p{N}_';
const blank = '[\\t\\n\\v\\f\\r ]';
const inWord = '[^\\t\\n\\v\\f\\r ]';
const punctuation = `[${word}!"'&.,?]`;
const letter = `(?![\\p{Nd}])[${word}]`;
const chunks = new RegExp(
  `${blank}+` +
    `|(?<=${punctuation})-{2,}(?=[${word}])` +
    `|${inWord}+?(?:` +
    `-(?:(?<=(?:${letter}){2}-)|(?<=${letter}-${letter}-))(?=${letter}-?${letter})` +
    `|(?=${blank}|$)` +
    `|(?<=${punctuation})(?=-{2,}[${word}])` +
    ')',
  'gu',
);
const simpleChunks = new RegExp(`${blank}+|${inWord}+`, 'g');
const onlyBlank = /^[\s\x1c-\x1f\x85]*$/; // eslint-disable-line no-control-regex -- what `str.strip` removes

interface Options {
  width: number;
  breakLongWords: boolean;
  breakOnHyphens: boolean;
}

/** The lines of one paragraph. */
export function wrap(text: string, options: Options): string[] {
  chargeText(text.length * 16);
  const queue = (text.match(options.breakOnHyphens ? chunks : simpleChunks) ?? []).reverse();
  if (!(options.width > 0)) throw valueError(`invalid width ${options.width} (must be > 0)`);
  const lines: string[] = [];
  while (queue.length > 0) {
    charge(1);
    if (lines.length > 0 && onlyBlank.test(queue.at(-1) as string)) queue.pop();
    const line = fillLine(queue, options);
    if (line.length > 0 && onlyBlank.test(line.at(-1) as string)) line.pop();
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}

function fillLine(queue: string[], options: Options): string[] {
  const line: string[] = [];
  let length = 0;
  for (let chunk = queue.at(-1); chunk !== undefined; chunk = queue.at(-1)) {
    charge(1);
    const size = codePointLength(chunk);
    if (length + size > options.width) break;
    line.push(chunk);
    length += size;
    queue.pop();
  }
  const next = queue.at(-1);
  if (next !== undefined && codePointLength(next) > options.width) breakWord(queue, line, length, options);
  return line;
}

/** A chunk longer than a line: cut, or put on a line of its own. */
function breakWord(queue: string[], line: string[], used: number, options: Options): void {
  const chunk = queue.at(-1) as string;
  const room = options.width < 1 ? 1 : Math.floor(options.width) - used;
  if (options.breakLongWords) {
    let end = room;
    if (options.breakOnHyphens && codePointLength(chunk) > room) {
      const hyphen = sliceText(chunk, 0, room).lastIndexOf('-');
      if (hyphen > 0 && /[^-]/.test(chunk.slice(0, hyphen))) end = hyphen + 1;
    }
    line.push(sliceText(chunk, 0, end));
    queue[queue.length - 1] = sliceText(chunk, end);
  } else if (line.length === 0) {
    line.push(queue.pop() as string);
  }
}

function widthOf(value: Value): number {
  const number = numberOf(value);
  if (number === undefined) {
    compare(value, 0, '<=');
    throw typeError(`'<=' not supported between instances of '${typeName(value)}' and 'int'`);
  }
  return toFloat(number);
}

export const wordwrapFilter = native(
  'wordwrap(s, width=79, break_long_words=True, wrapstring=None, break_on_hyphens=True)',
  (_r, s: Value, width: Value, breakLong: Value, wrapString: Value, breakHyphens: Value) => {
    const text = textOf(s);
    if (text === undefined) {
      if (s instanceof Undefined) s.fail();
      throw new PythonError('AttributeError', `'${typeName(s)}' object has no attribute 'splitlines'`);
    }
    const glue = wrapString === null ? '\n' : textOf(wrapString);
    if (glue === undefined)
      throw new PythonError('AttributeError', `'${typeName(wrapString)}' object has no attribute 'join'`);
    const options = {
      width: widthOf(width),
      breakLongWords: truthy(breakLong),
      breakOnHyphens: truthy(breakHyphens),
    };
    const lines = splitLines(text, false).map((line) => wrap(line, options).join(glue));
    checkStringLength(text.length + lines.length * glue.length);
    const result = lines.join(glue);
    return wrapString instanceof Markup ? new Markup(result) : result;
  },
);
