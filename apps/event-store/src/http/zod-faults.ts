import type { EventFault } from '@tributary/event-schemas';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Faults of a value that a zod schema refused, in pydantic's words as far as clients may look at them. */
export function zodFaults(issues: Issue[], root: unknown, at: (string | number)[] = []): EventFault[] {
  return issues.flatMap((issue) => issueFaults(issue, root, at));
}

function issueFaults(issue: Issue, root: unknown, at: (string | number)[]): EventFault[] {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const input = valueAt(root, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      type: 'extra_forbidden',
      loc: [...at, ...path, key],
      msg: 'Extra inputs are not permitted',
      input: valueAt(input, [key]),
    }));
  }
  // A union tells the faults of each of its members; those of the member that fits best are told here.
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return zodFaults(closest(issue.errors, input), input, [...at, ...path]);
  }
  const [type, msg] = input === undefined ? (['missing', 'Field required'] as const) : describe(issue);
  return [{ type, loc: [...at, ...path], msg, input }];
}

function closest(members: Issue[][], input: unknown): Issue[] {
  const kind = (issues: Issue[]): boolean =>
    !issues.some(
      ({ path, code }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'),
    );
  return members.find(kind) ?? members[Array.isArray(input) ? members.length - 1 : 0]!;
}

function describe(issue: Issue): [type: string, msg: string] {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? ['value_error', issue.message];
    case 'invalid_value':
      return ['enum', `Input should be ${issue.values.map((value) => `'${String(value)}'`).join(' or ')}`];
    case 'too_big':
      return issue.origin === 'string'
        ? ['string_too_long', `String should have at most ${String(issue.maximum)} characters`]
        : ['less_than_equal', `Input should be less than or equal to ${String(issue.maximum)}`];
    case 'too_small':
      return ['greater_than_equal', `Input should be greater than or equal to ${String(issue.minimum)}`];
    default:
      if (issue.message === 'uuid_parsing') return ['uuid_parsing', 'Input should be a valid UUID'];
      if (issue.message === 'datetime_parsing')
        return ['datetime_from_date_parsing', 'Input should be a valid datetime or date'];
      return ['value_error', issue.message];
  }
}

const TYPES: Record<string, [string, string]> = {
  string: ['string_type', 'Input should be a valid string'],
  array: ['list_type', 'Input should be a valid list'],
  tuple: ['tuple_type', 'Input should be a valid tuple'],
  boolean: ['bool_type', 'Input should be a valid boolean'],
  number: ['float_type', 'Input should be a valid number'],
  int: ['int_type', 'Input should be a valid integer'],
  object: ['model_attributes_type', 'Input should be a valid dictionary'],
  record: ['dict_type', 'Input should be a valid dictionary'],
};

function valueAt(root: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    root,
  );
}
