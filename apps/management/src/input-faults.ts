import type { ProblemDetail } from '@tributary/service-runtime';
import type { z } from 'zod';

export type CheckedInput<T> = { ok: true; value: T } | { ok: false; errors: ProblemDetail[] };

/** Checks what a client sent against a schema; faults point into it (RFC 6901) and are sentences. */
export function checkInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): CheckedInput<z.output<Schema>> {
  const unstorable = unstorableTexts(input);
  if (unstorable.length > 0) return { ok: false, errors: unstorable };
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, errors: result.error.issues.flatMap((issue) => toDetails(issue, input)) };
}

function toDetails(issue: z.core.$ZodIssue, root: unknown): ProblemDetail[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer([...path, key]),
      detail: `${key} is not a field that is known here.`,
    }));
  }
  const name = path.at(-1);
  if (name === undefined) return [{ pointer: '', detail: 'The body must be a JSON object.' }];
  const missing = issue.code === 'invalid_type' && valueAt(root, path) === undefined;
  return [
    { pointer: pointer(path), detail: missing ? `${name} is required.` : `${name}: ${issue.message}.` },
  ];
}

/** Postgres keeps no NUL character and no half of a surrogate pair, and neither is of use in a name or a template. */
function unstorableTexts(value: unknown, path: string[] = []): ProblemDetail[] {
  if (typeof value === 'string') {
    if (!value.includes('\0') && value.isWellFormed()) return [];
    return [
      { pointer: pointer(path), detail: 'The text holds a NUL character or half of a surrogate pair.' },
    ];
  }
  if (typeof value !== 'object' || value === null || path.length > 5) return [];
  return Object.entries(value).flatMap(([key, item]) => unstorableTexts(item, [...path, key]));
}

function valueAt(root: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    root,
  );
}

function pointer(path: string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
