import { accessOf } from '@tributary/api-auth';
import type { Queryable } from '@tributary/postgres';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { countables, countByKind, countByTime, timeBuckets, timeUnits } from '../event-counts.ts';
import type { TimeUnit } from '../event-counts.ts';
import { eventFilter, resolveFilter } from '../event-filter.ts';
import { readSearch } from './filter-events.ts';

const countRequest = z.object({
  filter: eventFilter,
  time_unit: z.enum(timeUnits).default('day'),
  time_interval: z.number().min(0.01).default(1),
});

const countable = z.enum(countables);

/** `POST /events/count-by/{day|time|event|resource}`. */
export function countEventsBy({ db }: { db: Queryable }): RequestHandler {
  return async function answerCountEvents(request, response) {
    const { workspace } = accessOf(response);
    const by = countable.safeParse(request.params['countable']);
    if (!by.success) {
      const msg = `Input should be ${countables.map((name) => `'${name}'`).join(' or ')}`;
      response.status(422).json({ detail: [{ type: 'enum', loc: ['path', 'countable'], msg }] });
      return;
    }
    const search = readSearch(request, response, countRequest);
    if (!search) return;
    const now = Date.now();
    const filter = resolveFilter(search.filter, now);
    if (by.data === 'event' || by.data === 'resource') {
      response.json(await countByKind(db, { workspace, filter, kind: by.data }));
      return;
    }
    const unit: TimeUnit = by.data === 'day' ? 'day' : search.time_unit;
    const interval = by.data === 'day' ? 1 : search.time_interval;
    const result = timeBuckets(filter.occurred, { unit, interval, now });
    if (result.ok) response.json(await countByTime(db, { workspace, filter, buckets: result.buckets }));
    else response.status(422).json({ detail: result.reason });
  };
}
