import type { z } from 'zod';
import { clientEvent } from './event.ts';
import type { ClientEvent } from './event.ts';

/** One fault of an event, in the shape of pydantic and FastAPI, which Prefect's clients print. */
export interface EventFault {
  /** pydantic's error type: `missing`, `string_type`, `uuid_parsing`, `value_error`, ... */
  type: string;
  /** Where: keys and indices from the root of the event. */
  loc: (string | number)[];
  /** A sentence. */
  msg: string;
  /** What stood there. */
  input: unknown;
}

export type EventValidation = { ok: true; event: ClientEvent } | { ok: false; faults: EventFault[] };

/** Checks one event; on success the value is normalised (id and times) and holds known keys only. */
export function validateEvent(input: unknown): EventValidation {
  const result = clientEvent.safeParse(input);
  if (result.success) return { ok: true, event: result.data };
  return { ok: false, faults: result.error.issues.map((issue) => toFault(issue, input)) };
}

/** Checks a list of events, as `POST /events` takes it: every `loc` starts with the event's index. */
export function validateEvents(
  input: unknown,
): { ok: true; events: ClientEvent[] } | { ok: false; faults: EventFault[] } {
  if (!Array.isArray(input))
    return { ok: false, faults: [{ type: 'list_type', loc: [], msg: MESSAGES.list_type, input }] };
  const events: ClientEvent[] = [];
  const faults: EventFault[] = [];
  input.forEach((item: unknown, index) => {
    const result = validateEvent(item);
    if (result.ok) events.push(result.event);
    else faults.push(...result.faults.map((fault) => ({ ...fault, loc: [index, ...fault.loc] })));
  });
  return faults.length === 0 ? { ok: true, events } : { ok: false, faults };
}

const MESSAGES = {
  missing: 'Field required',
  string_type: 'Input should be a valid string',
  dict_type: 'Input should be a valid dictionary',
  list_type: 'Input should be a valid list',
  model_attributes_type: 'Input should be a valid dictionary or object to extract fields from',
  uuid_type: 'UUID input should be a string, bytes or UUID object',
  uuid_parsing: 'Input should be a valid UUID',
  datetime_type: 'Input should be a valid datetime',
  datetime_from_date_parsing: 'Input should be a valid datetime or date, such as 2026-01-31T12:00:00Z',
} as const;

function toFault(issue: z.core.$ZodIssue, root: unknown): EventFault {
  const loc = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const input = valueAt(root, loc);
  const [type, msg] = describe(issue, loc, input);
  return { type, loc, msg, input: input === undefined ? valueAt(root, loc.slice(0, -1)) : input };
}

function describe(
  issue: z.core.$ZodIssue,
  loc: (string | number)[],
  input: unknown,
): [type: string, msg: string] {
  if (input === undefined && loc.length > 0) return ['missing', MESSAGES.missing];
  if (issue.message.startsWith('value_error:')) {
    return ['value_error', `Value error, ${issue.message.slice('value_error:'.length)}`];
  }
  const type = typeOf(issue, loc);
  return [type, MESSAGES[type]];
}

function typeOf(issue: z.core.$ZodIssue, loc: (string | number)[]): keyof typeof MESSAGES {
  const field = loc[0];
  if (issue.message === 'uuid_parsing') return 'uuid_parsing';
  if (issue.message === 'datetime_parsing') return 'datetime_from_date_parsing';
  if (loc.length === 0) return 'model_attributes_type';
  if (field === 'id' || field === 'follows') return 'uuid_type';
  if (field === 'occurred') return 'datetime_type';
  if (issue.message === 'dict_type') return 'dict_type';
  if (issue.code === 'invalid_type' && issue.expected === 'array') return 'list_type';
  if (issue.code === 'invalid_type' && issue.expected === 'string') return 'string_type';
  return 'dict_type';
}

function valueAt(root: unknown, loc: (string | number)[]): unknown {
  return loc.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    root,
  );
}
