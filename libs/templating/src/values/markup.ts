import { checkStringLength, replaceUnits } from '../runtime/budget.ts';
import { str } from './text.ts';
import { Undefined } from './undefined.ts';
import { Markup, type Value } from './types.ts';

const unsafe = /[&<>"']/;
const unsafeAll = /[&<>"']/g;
const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/** The text with HTML's special characters as entities, as markupsafe writes them. */
export function escapeText(text: string): string {
  if (!unsafe.test(text)) return text;
  const escaped = replaceUnits(text, unsafeAll, (char) => entities[char] as string);
  checkStringLength(escaped.length);
  return escaped;
}

/** The escaped text of a value; Markup is taken as it is. */
export function escapeToText(value: Value): string {
  return value instanceof Markup ? value.text : escapeText(str(value));
}

/** markupsafe's `escape`. */
export function escape(value: Value): Markup {
  return value instanceof Markup ? value : new Markup(escapeToText(value));
}

/** Whether Python would find `__html__` on the value. */
export function hasHtml(value: Value): boolean {
  return value instanceof Markup || (value instanceof Undefined && value.mode === 'chainable');
}
