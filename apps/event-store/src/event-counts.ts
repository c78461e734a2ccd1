import type { Queryable } from '@tributary/postgres';
import type { ResolvedFilter } from './event-filter.ts';
import { bindTo, eventConditions } from './event-filter-sql.ts';

export const countables = ['day', 'time', 'event', 'resource'] as const;
export const timeUnits = ['week', 'day', 'hour', 'minute', 'second'] as const;
export type TimeUnit = (typeof timeUnits)[number];

/** Prefect's `EventCount`: times in UTC with microseconds where they are not zero. */
export interface EventCount {
  value: string;
  label: string;
  count: number;
  start_time: string;
  end_time: string;
}

/** Buckets of time: microseconds since the epoch, as bigints, since a double holds no fraction of them. */
export interface Buckets {
  /** Number of the first bucket, counted from the pivot. */
  first: bigint;
  count: number;
  sizeUs: bigint;
}

const UNIT_US: Record<TimeUnit, bigint> = {
  week: 604_800_000_000n,
  day: 86_400_000_000n,
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
};
/** Monday, 1 April 2024: every bucket is counted from here, so that equal requests get equal buckets. */
const PIVOT_US = BigInt(Date.parse('2024-04-01T00:00:00Z')) * 1000n;
const MAX_BUCKETS = 1000;
/** Names or resources counted at most: the most frequent ones. */
const MAX_GROUPS = 10_000;

/**
 * The buckets of a range (Prefect: `TimeUnit.get_interval_spans`): from the one that holds `since` to the one that holds
 * `until`, but none after the unit of time that is now. Refused beyond 1000.
 */
export function timeBuckets(
  { since, until }: { since: string; until: string },
  { unit, interval, now }: { unit: TimeUnit; interval: number; now: number },
): { ok: true; buckets: Buckets } | { ok: false; reason: string } {
  const sizeUs = BigInt(Math.round(Number(UNIT_US[unit]) * interval));
  const sinceUs = microseconds(since);
  const untilUs = microseconds(until);
  const asked = ceilDivide(untilUs - sinceUs, sizeUs);
  if (asked > BigInt(MAX_BUCKETS)) {
    return {
      ok: false,
      reason: `The given interval would create ${asked} buckets, which is too many. Please increase the interval or reduce the time range to produce ${MAX_BUCKETS} buckets or fewer.`,
    };
  }
  const endOfNow = endOfUnit(BigInt(now) * 1000n, unit);
  const end = untilUs < endOfNow ? untilUs : endOfNow;
  const first = floorDivide(sinceUs - PIVOT_US, sizeUs);
  const count = Number(ceilDivide(end - (PIVOT_US + first * sizeUs), sizeUs));
  return { ok: true, buckets: { first, count: Math.max(0, count), sizeUs } };
}

/** Counts events by bucket of time; buckets without events are in the answer. */
export async function countByTime(
  db: Queryable,
  { workspace, filter, buckets }: { workspace: string; filter: ResolvedFilter; buckets: Buckets },
): Promise<EventCount[]> {
  const values: unknown[] = [];
  const bind = bindTo(values);
  const where = eventConditions(workspace, filter, bind).join(' and ');
  const size = `${bind(String(buckets.sizeUs))}::numeric`;
  const { rows } = await db.query<{ bucket: string; count: string }>(
    `select floor((extract(epoch from e.occurred) * 1000000 - ${PIVOT_US}) / ${size})::text as bucket, count(*) as count
       from events e where ${where} group by 1`,
    values,
  );
  const counts = new Map(rows.map(({ bucket, count }) => [bucket, Number(count)]));
  return Array.from({ length: buckets.count }, (_, index) => {
    const bucket = buckets.first + BigInt(index);
    const startUs = PIVOT_US + bucket * buckets.sizeUs;
    const start = instantOf(startUs);
    return {
      value: String(bucket),
      label: start,
      count: counts.get(String(bucket)) ?? 0,
      start_time: start,
      end_time: instantOf(startUs + buckets.sizeUs - 1n),
    };
  });
}

const ISO_UTC = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/** Counts events by name or by primary resource, whose newest name is its label. */
export async function countByKind(
  db: Queryable,
  { workspace, filter, kind }: { workspace: string; filter: ResolvedFilter; kind: 'event' | 'resource' },
): Promise<EventCount[]> {
  const values: unknown[] = [];
  const where = eventConditions(workspace, filter, bindTo(values)).join(' and ');
  const value = kind === 'event' ? 'e.event' : 'e.resource_id';
  const label =
    kind === 'event'
      ? 'e.event'
      : '(array_agg(coalesce(e.resource_name, e.resource_id) order by e.occurred desc, e.id desc))[1]';
  const { rows } = await db.query<Omit<EventCount, 'count'> & { count: string }>(
    `select ${value} as value, ${label} as label, count(*) as count,
            to_char(min(e.occurred) at time zone 'UTC', ${ISO_UTC}) as start_time,
            to_char(max(e.occurred) at time zone 'UTC', ${ISO_UTC}) as end_time
       from events e where ${where}
      group by ${value} order by count(*) desc, label asc limit ${MAX_GROUPS}`,
    values,
  );
  return rows.map((row) => ({
    ...row,
    count: Number(row.count),
    start_time: row.start_time.replace('.000000Z', 'Z'),
    end_time: row.end_time.replace('.000000Z', 'Z'),
  }));
}

function microseconds(instant: string): bigint {
  const fraction = /\.(\d+)Z$/.exec(instant)?.[1] ?? '';
  const seconds = BigInt(Date.parse(`${instant.slice(0, 19)}Z`)) / 1000n;
  return seconds * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

function instantOf(us: bigint): string {
  const seconds = floorDivide(us, 1_000_000n);
  const fraction = String(us - seconds * 1_000_000n).padStart(6, '0');
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, -5);
  return `${text}${fraction === '000000' ? '' : `.${fraction}`}Z`;
}

/** The last microsecond of the unit; all units divide the time since the pivot evenly. */
function endOfUnit(us: bigint, unit: TimeUnit): bigint {
  return PIVOT_US + (floorDivide(us - PIVOT_US, UNIT_US[unit]) + 1n) * UNIT_US[unit] - 1n;
}

function floorDivide(a: bigint, b: bigint): bigint {
  return a / b - (a % b < 0n ? 1n : 0n);
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return -floorDivide(-a, b);
}
