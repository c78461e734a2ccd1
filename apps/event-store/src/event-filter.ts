import { instant, uuid } from '@tributary/event-schemas';
import { z } from 'zod';

const strings = z.array(z.string()).nullish();

/** Prefect's `ResourceSpecification`: for each label a pattern or several. */
const labels = z.record(z.string(), z.union([z.string(), z.array(z.string())])).nullish();

const related = z.strictObject({
  id: strings,
  role: strings,
  resources_in_roles: z.array(z.tuple([z.string(), z.string()])).nullish(),
  labels,
});
const anyResource = z.strictObject({ id: strings, id_prefix: strings, labels });

/**
 * Prefect's `EventFilter` (`server/events/filters.py`): between the parts all must hold, inside a list one. Its clients
 * send every unset key as null, and an empty list of ids or names for no restriction.
 */
export const eventFilter = z.strictObject({
  occurred: z.strictObject({ since: instant.optional(), until: instant.optional() }).optional(),
  event: z
    .strictObject({ prefix: strings, exclude_prefix: strings, name: strings, exclude_name: strings })
    .nullish(),
  resource: z
    .strictObject({ id: strings, id_prefix: strings, labels, distinct: z.boolean().default(false) })
    .nullish(),
  related: z.union([related, z.array(related)]).nullish(),
  any_resource: z.union([anyResource, z.array(anyResource)]).nullish(),
  id: z.strictObject({ id: z.array(uuid).nullish() }).nullish(),
  text: z.strictObject({ query: z.string().max(200) }).nullish(),
  order: z.enum(['ASC', 'DESC']).default('DESC'),
});
export type EventFilter = z.output<typeof eventFilter>;
export type LabelFilter = NonNullable<z.output<typeof labels>>;

/** A filter whose range of time is fixed, so that every page asks for the same. */
export interface ResolvedFilter extends EventFilter {
  occurred: { since: string; until: string };
}

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 180;

/** Completes a filter: without bounds, from the start of the day 180 days ago until now, both included. */
export function resolveFilter(filter: EventFilter, now: number): ResolvedFilter {
  const startOfToday = now - (now % DAY_MS);
  const { since, until } = filter.occurred ?? {};
  return {
    ...filter,
    occurred: {
      since: since ?? new Date(startOfToday - DEFAULT_DAYS * DAY_MS).toISOString(),
      until: until ?? new Date(now).toISOString(),
    },
  };
}
