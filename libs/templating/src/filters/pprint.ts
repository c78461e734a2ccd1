import { splitLines } from '../methods/split.ts';
import { charge } from '../runtime/budget.ts';
import { caught } from '../runtime/caught.ts';
import { lessThan, sortBy } from '../values/compare.ts';
import { PyDict } from '../values/dict.ts';
import { repr } from '../values/text.ts';
import { PyTuple, typeName, type Value } from '../values/types.ts';
import { codePointLength } from '../values/unicode.ts';

/* Python's `pprint.pformat` at its default width of 80. */

const pageWidth = 80;

interface Layout {
  indent: number;
  allowance: number;
}

/** The keys of a dict in the order `pprint` gives them: sorted, by type and identity where they cannot be compared. */
function sortedEntries(dict: PyDict): [Value, Value][] {
  const entries = [...dict.entries()];
  try {
    return sortBy(entries, ([key]) => key);
  } catch (error) {
    if (!caught(error, 'TypeError')) throw error;
    return entries.slice().sort(([a], [b]) => safeOrder(a, b));
  }
}

function safeOrder(a: Value, b: Value): number {
  try {
    return lessThan(a, b) ? -1 : lessThan(b, a) ? 1 : 0;
  } catch (error) {
    if (!caught(error, 'TypeError')) throw error;
    const left = typeName(a);
    const right = typeName(b);
    return left < right ? -1 : left > right ? 1 : 0;
  }
}

/** The value on one line, dicts sorted. */
function oneLine(value: Value): string {
  charge(3);
  if (value instanceof PyDict) {
    return `{${sortedEntries(value)
      .map(([key, item]) => `${oneLine(key)}: ${oneLine(item)}`)
      .join(', ')}}`;
  }
  if (Array.isArray(value)) return `[${(value as Value[]).map(oneLine).join(', ')}]`;
  if (value instanceof PyTuple && value.typeName === 'tuple') {
    return value.items.length === 1
      ? `(${oneLine(value.items[0] as Value)},)`
      : `(${value.items.map(oneLine).join(', ')})`;
  }
  return repr(value);
}

export function pformat(value: Value): string {
  return format(value, { indent: 0, allowance: 0 }, 1);
}

function format(value: Value, layout: Layout, level: number): string {
  const line = oneLine(value);
  if (codePointLength(line) <= pageWidth - layout.indent - layout.allowance) return line;
  if (value instanceof PyDict && value.size > 0) return formatDict(value, layout, level);
  if (Array.isArray(value)) return `[${formatItems(value as Value[], layout, ']', level)}]`;
  if (value instanceof PyTuple && value.typeName === 'tuple') {
    const end = value.items.length === 1 ? ',)' : ')';
    return `(${formatItems(value.items, layout, end, level)}${end}`;
  }
  if (typeof value === 'string' && value !== '') return formatText(value, layout, level);
  return line;
}

function formatItems(
  items: readonly Value[],
  { indent, allowance }: Layout,
  end: string,
  level: number,
): string {
  const inner = indent + 1;
  return items
    .map((item, i) => {
      const isLast = i === items.length - 1;
      return format(item, { indent: inner, allowance: isLast ? allowance + end.length : 1 }, level + 1);
    })
    .join(`,\n${' '.repeat(inner)}`);
}

function formatDict(dict: PyDict, { indent, allowance }: Layout, level: number): string {
  const inner = indent + 1;
  const entries = sortedEntries(dict);
  const parts = entries.map(([key, item], i) => {
    const keyText = oneLine(key);
    const isLast = i === entries.length - 1;
    const at = inner + codePointLength(keyText) + 2;
    return `${keyText}: ${format(item, { indent: at, allowance: isLast ? allowance + 1 : 1 }, level + 1)}`;
  });
  return `{${parts.join(`,\n${' '.repeat(inner)}`)}}`;
}

/** A long text as adjacent literals, broken at line ends and between words; in parentheses at the top. */
function formatText(text: string, layout: Layout, level: number): string {
  const lines = splitLines(text, true);
  const top = level === 1;
  const indent = layout.indent + (top ? 1 : 0);
  const allowance = layout.allowance + (top ? 1 : 0);
  const width = pageWidth - indent;
  const chunks: string[] = [];
  lines.forEach((line, i) => {
    const limit = i === lines.length - 1 ? width - allowance : width;
    const whole = repr(line);
    if (codePointLength(whole) <= limit) chunks.push(whole);
    else chunks.push(...splitLine(line, width, i === lines.length - 1 ? width - allowance : width));
  });
  if (chunks.length === 1) return chunks[0] as string;
  const body = chunks.join(`\n${' '.repeat(indent)}`);
  return top ? `(${body})` : body;
}

function splitLine(line: string, width: number, lastWidth: number): string[] {
  const parts = line.match(/\S*\s*/g)?.filter((part) => part !== '') ?? [];
  const chunks: string[] = [];
  let current = '';
  parts.forEach((part, i) => {
    charge(1);
    const candidate = current + part;
    const limit = i === parts.length - 1 ? lastWidth : width;
    if (codePointLength(repr(candidate)) > limit) {
      if (current !== '') chunks.push(repr(current));
      current = part;
    } else {
      current = candidate;
    }
  });
  if (current !== '') chunks.push(repr(current));
  return chunks;
}
