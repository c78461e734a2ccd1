import type { ProblemDetail } from '@tributary/service-runtime';
import type { z } from 'zod';

export type CheckedInput<T> = { ok: true; value: T } | { ok: false; errors: ProblemDetail[] };

/** How deep objects and lists may stand in each other. */
const MAX_DEPTH = 64;

/** Checks what a client sent against a schema; faults point into it (RFC 6901) and are sentences. */
export function checkInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): CheckedInput<z.output<Schema>> {
  const unstorable = unstorableTexts(input);
  if (unstorable.length > 0) return { ok: false, errors: unstorable };
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, errors: faultsOf(result.error.issues, input) };
}

/** The faults that a schema found in a value, which stands at `path` of the request's body. */
export function faultsOf(
  issues: readonly z.core.$ZodIssue[],
  root: unknown,
  path: string[] = [],
): ProblemDetail[] {
  return issues
    .flatMap((issue) => toDetails(issue, root, []))
    .map(({ pointer, ...fault }) => ({ pointer: `${pointerOf(path)}${pointer}`, ...fault }));
}

/** A JSON pointer (RFC 6901). */
export function pointerOf(path: readonly string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function toDetails(
  issue: z.core.$ZodIssue,
  root: unknown,
  parent: string[],
): (ProblemDetail & { pointer: string })[] {
  const path = [...parent, ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...path, key]),
      detail: `${key} is not a field that is known here.`,
    }));
  }
  const [outer, last] = path.length > 1 ? path.slice(-2) : [undefined, path[0]];
  if (last === undefined) return [{ pointer: '', detail: 'The body must be a JSON object.' }];
  const name = /^\d+$/.test(last) && outer !== undefined ? `${outer}[${last}]` : last;
  const missing = valueAt(root, path) === undefined;
  if (missing && (issue.code === 'invalid_type' || issue.code === 'invalid_union'))
    return [{ pointer: pointerOf(path), detail: `${name} is required.` }];
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return nearest(issue.errors).flatMap((inner) => toDetails(inner, root, path));
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ pointer: pointerOf(path), detail: `${name}: ${message}.` }];
}

/** Of the forms that a value may have, the one it comes nearest to: its faults lie deepest, or are not of its type. */
function nearest(forms: z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const score = (issues: z.core.$ZodIssue[]): number =>
    Math.max(...issues.map(({ path }) => path.length * 2)) +
    (issues.some(({ code }) => code === 'invalid_type') ? 0 : 1);
  return forms.reduce((best, form) => (score(form) > score(best) ? form : best));
}

/** Postgres keeps no NUL character and no half of a surrogate pair, and neither is of use in a name or a template. */
function unstorableTexts(value: unknown, path: string[] = []): ProblemDetail[] {
  if (typeof value === 'string') return isStorable(value) ? [] : [unstorable(path)];
  if (typeof value !== 'object' || value === null) return [];
  if (path.length >= MAX_DEPTH)
    return [{ pointer: pointerOf(path), detail: `The body is nested more than ${MAX_DEPTH} deep.` }];
  return Object.entries(value).flatMap(([key, item]) =>
    isStorable(key) ? unstorableTexts(item, [...path, key]) : [unstorable(path)],
  );
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function unstorable(path: string[]): ProblemDetail {
  return { pointer: pointerOf(path), detail: 'The text holds a NUL character or half of a surrogate pair.' };
}

function valueAt(root: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    root,
  );
}
