import { indexError, valueError } from '../errors.ts';
import { charge, checkStringLength } from '../runtime/budget.ts';
import { escapeToText } from '../values/markup.ts';
import { subscript } from '../values/index-lookup.ts';
import { repr, str } from '../values/text.ts';
import { Undefined } from '../values/undefined.ts';
import { Markup, type Value } from '../values/types.ts';
import { asciiRepr } from './percent.ts';
import { formatValue } from './spec.ts';

/** What the fields of one `str.format` call draw from. */
export interface FormatSources {
  positional: readonly Value[];
  named: Value;
  attribute: (value: Value, name: string) => Value;
  item: (value: Value, key: Value) => Value;
  /** The template is `Markup`: what is inserted gets escaped. */
  escaping: boolean;
}

interface Numbering {
  next: number;
  manual: boolean | undefined;
}

/** Python's `template.format(...)` with the sandbox's lookups. */
export function formatText(template: string, sources: FormatSources): string {
  return expand(template, sources, { next: 0, manual: undefined }, 2);
}

function expand(template: string, sources: FormatSources, numbering: Numbering, depth: number): string {
  let result = '';
  let i = 0;
  while (i < template.length) {
    const char = template[i] as string;
    if (char !== '{' && char !== '}') {
      const next = nextBrace(template, i);
      result += template.slice(i, next);
      i = next;
      continue;
    }
    if (template[i + 1] === char) {
      result += char;
      i += 2;
      continue;
    }
    if (char === '}') throw valueError("Single '}' encountered in format string");
    const end = fieldEnd(template, i + 1);
    charge(8);
    result += field(template.slice(i + 1, end), sources, numbering, depth);
    checkStringLength(result.length);
    i = end + 1;
  }
  return result;
}

function nextBrace(template: string, from: number): number {
  for (let i = from; i < template.length; i++) {
    const code = template.charCodeAt(i);
    if (code === 0x7b || code === 0x7d) return i;
  }
  return template.length;
}

/** The index of the brace that closes a field. Brackets hide braces, as in Python. */
function fieldEnd(template: string, start: number): number {
  if (start >= template.length) throw valueError("Single '{' encountered in format string");
  let depth = 1;
  let bracket = false;
  let inSpec = false;
  for (let i = start; i < template.length; i++) {
    const char = template[i];
    if (!inSpec && char === '[') bracket = true;
    else if (bracket) bracket = char !== ']';
    else if (char === ':' || char === '!') inSpec = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return i;
  }
  throw valueError("expected '}' before end of string");
}

function field(text: string, sources: FormatSources, numbering: Numbering, depth: number): string {
  if (depth < 1) throw valueError('Max string recursion exceeded');
  const [name, conversion, spec] = splitField(text);
  let value = lookup(name, sources, numbering);
  value = convert(value, conversion);
  const expandedSpec =
    spec.includes('{') || spec.includes('}')
      ? expand(spec, { ...sources, escaping: false }, numbering, depth - 1)
      : spec;
  if (!sources.escaping) return formatValue(value, expandedSpec);
  // markupsafe asks for `__html_format__`, which a chainable undefined pretends to have.
  if (value instanceof Undefined) value.fail();
  if (value instanceof Markup) {
    if (expandedSpec)
      throw valueError(`Format specifier ${expandedSpec} given, but Markup does not define __html_format__.`);
    return value.text;
  }
  return escapeToText(formatValue(value, expandedSpec));
}

function splitField(text: string): [name: string, conversion: string | undefined, spec: string] {
  let bracket = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (bracket) bracket = char !== ']';
    else if (char === '[') bracket = true;
    else if (char === '{') throw valueError("unexpected '{' in field name");
    else if (char === ':') return [text.slice(0, i), undefined, text.slice(i + 1)];
    else if (char === '!') return splitConversion(text, i);
  }
  return [text, undefined, ''];
}

function splitConversion(text: string, at: number): [string, string, string] {
  const conversion = text.slice(at + 1, at + 2);
  const rest = text.slice(at + 2);
  if (conversion === '' || conversion === '}')
    throw valueError('end of string while looking for conversion specifier');
  if (rest !== '' && !rest.startsWith(':')) throw valueError("expected ':' after conversion specifier");
  return [text.slice(0, at), conversion, rest.slice(1)];
}

function convert(value: Value, conversion: string | undefined): Value {
  switch (conversion) {
    case undefined:
      return value;
    case 's':
      return str(value);
    case 'r':
      return repr(value);
    case 'a':
      return asciiRepr(value);
    default:
      throw valueError(`Unknown conversion specifier ${conversion}`);
  }
}

function lookup(name: string, sources: FormatSources, numbering: Numbering): Value {
  const first = /^[^.[]*/.exec(name)?.[0] ?? '';
  let value = firstValue(first, sources, numbering);
  let i = first.length;
  while (i < name.length) {
    charge(1);
    if (name[i] === '.') {
      const attribute = /^[^.[]*/.exec(name.slice(i + 1))?.[0] ?? '';
      if (attribute === '') throw valueError('Empty attribute in format string');
      value = sources.attribute(value, attribute);
      i += attribute.length + 1;
    } else if (name[i] === '[') {
      const end = name.indexOf(']', i);
      if (end < 0) throw valueError("Missing ']' in format string");
      const key = name.slice(i + 1, end);
      if (key === '') throw valueError('Empty attribute in format string');
      value = sources.item(value, /^\d+$/.test(key) ? Number(key) : key);
      i = end + 1;
    } else {
      throw valueError("Only '.' or '[' may follow ']' in format field specifier");
    }
  }
  return value;
}

function firstValue(first: string, sources: FormatSources, numbering: Numbering): Value {
  const manual = /^\d+$/.test(first);
  if (first !== '' && !manual) {
    return subscript(sources.named, first);
  }
  if (numbering.manual !== undefined && numbering.manual !== manual) {
    throw valueError(
      numbering.manual
        ? 'cannot switch from manual field specification to automatic field numbering'
        : 'cannot switch from automatic field numbering to manual field specification',
    );
  }
  numbering.manual = manual;
  const index = manual ? Number(first) : numbering.next++;
  const value = sources.positional[index];
  if (value === undefined) throw indexError('Replacement index out of range for positional args tuple');
  return value;
}
