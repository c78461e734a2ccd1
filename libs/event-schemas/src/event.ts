import { z } from 'zod';
import { isJsonObject } from './json.ts';
import { IN_UTC, normalizeInstant } from './time.ts';

/** Limits of an event, as Prefect's server has them (`server/events/schemas/events.py`). */
export const eventLimits = {
  /** Characters of an event's name. */
  nameLength: 1024,
  /** Labels of one resource, `prefect.resource.id` among them. */
  labels: 500,
  /** Related resources, the webhook itself among them. */
  related: 100,
  /** Bytes of the event as it is stored, written as JSON in UTF-8. */
  bytes: 1_500_000,
} as const;

/** Label that names a resource. Reserved, and required on every resource. */
export const RESOURCE_ID = 'prefect.resource.id';
/** Label with a resource's human name. Reserved, optional. */
export const RESOURCE_NAME = 'prefect.resource.name';
/** Label with the part a related resource plays. Reserved, required on related resources. */
export const RESOURCE_ROLE = 'prefect.resource.role';

const UUID =
  /^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

const DASHED_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID, dashed or not, in any case; the value is lower case and dashed. */
export const uuid = z
  .string()
  .transform((text, context) => {
    if (DASHED_UUID.test(text)) return text;
    if (UUID.test(text)) return text.replace(UUID, '$1-$2-$3-$4-$5').toLowerCase();
    context.issues.push({ code: 'custom', message: 'uuid_parsing', input: text });
    return z.NEVER;
  })
  .meta({ type: 'string', format: 'uuid' });

/** An instant in RFC 3339; the value is in UTC, see {@link normalizeInstant}. */
export const instant = z
  .string()
  .transform((text, context) => {
    const value = normalizeInstant(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: 'datetime_parsing', input: text });
    return z.NEVER;
  })
  .meta({ type: 'string', format: 'date-time' });

/**
 * A UUID as our own services write it: dashed, in lower case. For the fields of records that nobody else writes: a plain
 * check, no transformation, since every record is read through these several times.
 */
export const canonicalUuid = z.string().regex(DASHED_UUID).meta({ format: 'uuid' });

/** An instant as our own services write it: a real date in UTC with `Z` and at most microseconds. */
export const canonicalInstant = z.string().regex(IN_UTC).meta({ format: 'date-time' });

/** Labels of a resource: a map of strings. */
const labels = z.record(z.string(), z.string());

/** What an event is about: string labels, of which `prefect.resource.id` names the thing. */
export const resource = labels.superRefine((value, context) => {
  checkLabels(value, context, [RESOURCE_ID]);
});

/** A thing that had a part in an event: labels with an id and a role. */
const relatedResource = labels.superRefine((value, context) => {
  checkLabels(value, context, [RESOURCE_ID, RESOURCE_ROLE]);
});

function checkLabels(value: Record<string, string>, context: z.RefinementCtx, required: string[]): void {
  for (const label of required) {
    if (label in value && value[label] !== '') continue;
    const what = label === RESOURCE_ROLE ? 'Related Resources' : 'Resources';
    refuse(context, `${what} must include the label ${label} with a non-empty value`);
    return;
  }
  const count = Object.keys(value).length;
  if (count > eventLimits.labels) {
    refuse(
      context,
      `The maximum number of labels per resource is ${eventLimits.labels}, this one has ${count}`,
    );
  }
}

function refuse(context: z.RefinementCtx, message: string): void {
  context.addIssue({ code: 'custom', message: `value_error:${message}` });
}

/** A JSON object, kept by reference: copying it would cost time and lose nothing but that. */
const jsonObject = z
  .custom<Record<string, unknown>>(isJsonObject, { error: 'dict_type' })
  .meta({ type: 'object', additionalProperties: true });

/**
 * An event as a client sends it (`POST /events`, `WS /events/in`) and as a template's result is completed to. Unknown
 * keys are dropped. Prefect: `Event` in `server/events/schemas/events.py`.
 */
export const clientEvent = z.object({
  id: uuid,
  occurred: instant,
  event: z.string().refine((name) => [...name].length <= eventLimits.nameLength, {
    error: `value_error:The maximum length of an event name is ${eventLimits.nameLength} characters`,
  }),
  resource,
  related: z
    .array(relatedResource)
    .superRefine((value, context) => {
      if (value.length <= eventLimits.related) return;
      refuse(
        context,
        `The maximum number of related resources is ${eventLimits.related}, this event has ${value.length}`,
      );
    })
    .default([]),
  payload: jsonObject.default({}),
  follows: uuid.nullable().default(null),
});

/** An event as it stands on `tributary.events`, in the store, and in every answer: all ten keys present. */
export const event = clientEvent.extend({
  received: instant,
  account: uuid,
  workspace: uuid,
});

export type ClientEvent = z.output<typeof clientEvent>;
export type Event = z.output<typeof event>;
export type Resource = Record<string, string>;

/** The event as the system keeps it: the client's, plus what the server knows. Key order as in Prefect's answers. */
export function receivedEvent(
  { occurred, event: name, resource, related, payload, id, follows }: ClientEvent,
  { received, account, workspace }: Pick<Event, 'received' | 'account' | 'workspace'>,
): Event {
  return { occurred, event: name, resource, related, payload, id, account, workspace, follows, received };
}
