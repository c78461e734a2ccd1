import { recordHeaders, RESOURCE_ID, topics } from '@tributary/event-schemas';
import { ConsumerError, RetryableError } from './errors.ts';
import type { EventRecord, TributaryEvent } from './types.ts';

export type EventReading = { ok: true; event: TributaryEvent } | { ok: false; error: ConsumerError };

/**
 * The event in a record. Lenient: the system has checked it before, so only what the type promises is looked at; what is
 * missing gets its default and unknown keys are kept. Throws a `RetryableError` for an event of a later major version: the
 * consumer waits to be updated, for it would misread it.
 */
export function readEvent({ value, headers }: Pick<EventRecord, 'value' | 'headers'>): EventReading {
  const version = headers[recordHeaders.schemaVersion] ?? '1';
  if (version !== String(topics.events.schemaVersion))
    throw new RetryableError(`Events of version ${version} need a newer @tributary/consumer.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(String(value));
  } catch (cause) {
    return invalid('it is not JSON', cause);
  }
  if (!isObject(parsed)) return invalid('it is not a JSON object');
  const { follows = null, related = [], payload = {}, ...rest } = parsed;
  const event: Record<string, unknown> = { ...rest, related, payload, follows };
  const fault = Object.entries(checks).find(([name, holds]) => !holds(event[name]));
  if (fault !== undefined) return invalid(`${fault[0]} is missing, or of another type`);
  return { ok: true, event: event as unknown as TributaryEvent };
}

function invalid(reason: string, cause?: unknown): EventReading {
  return {
    ok: false,
    error: new ConsumerError('invalid_event', `The record is no event: ${reason}.`, { cause }),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isString = (value: unknown) => typeof value === 'string';
const isResource = (value: unknown) =>
  isObject(value) && isString(value[RESOURCE_ID]) && Object.values(value).every(isString);

const checks: Record<keyof TributaryEvent, (value: unknown) => boolean> = {
  id: isString,
  occurred: isString,
  event: isString,
  resource: isResource,
  related: (value) => Array.isArray(value) && value.every(isResource),
  payload: isObject,
  follows: (value) => value === null || isString(value),
  received: isString,
  account: isString,
  workspace: isString,
};
