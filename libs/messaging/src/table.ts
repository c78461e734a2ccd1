import { AssignedConsumer } from './assigned-consumer.ts';
import { backoffMs, wait } from './backoff.ts';
import { messageOf } from './errors.ts';
import type { Messaging } from './messaging.ts';
import type { Health, IncomingRecord } from './types.ts';

export interface TableOptions<V> {
  topic: string;
  /** Undefined: not understood; the record is skipped and logged. */
  decode(record: IncomingRecord): V | undefined;
  /** With undefined the key is gone. */
  onChange?(key: string, value: V | undefined): void;
  /** Whether the next value replaces the known one; by default always. */
  supersedes?(next: V, known: V): boolean;
}

export interface Table<V> {
  /** Resolves when all that the topic held at its start is known. */
  start(): Promise<void>;
  get(key: string): V | undefined;
  values(): IterableIterator<V>;
  readonly size: number;
  /** Milliseconds since the epoch, when it was last proven that the topic held nothing that is not here; 0: never. */
  provenCurrentAt(): number;
  health(): Health;
  stop(): Promise<void>;
}

/** How often the ends of the topic are compared with what was read: five questions to Kafka each time. */
const PROOF_INTERVAL_MS = 2_000;

/** A compacted topic held in memory: the last value of each key. */
export function createTable<V>(messaging: Messaging, options: TableOptions<V>): Table<V> {
  const { topic, decode, onChange, supersedes } = options;
  const values = new Map<string, V>();
  const stopped = new AbortController();
  let consumer: AssignedConsumer | undefined;
  let starting: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let proven = 0;
  let claim: { at: number; ends: Map<number, bigint> } | undefined;
  const waiting: (() => void)[] = [];

  const apply = (record: IncomingRecord): void => {
    if (record.key === null) return;
    const key = record.key.toString();
    if (record.value === null) {
      if (values.delete(key)) onChange?.(key, undefined);
      return;
    }
    const next = decode(record);
    if (next === undefined) {
      const { partition, offset } = record;
      messaging.logger.warn(
        { topic, partition, offset: String(offset), key },
        'a record of the table is invalid, it is skipped',
      );
      return;
    }
    const known = values.get(key);
    if (known !== undefined && supersedes?.(next, known) === false) return;
    values.set(key, next);
    onChange?.(key, next);
  };

  /** A claim holds from when the ends were asked for, as soon as all before them was read. */
  const prove = (): void => {
    if (claim === undefined || consumer === undefined) return;
    for (const [partition, end] of claim.ends) if ((consumer.positions.get(partition) ?? -1n) < end) return;
    proven = Math.max(proven, claim.at);
    claim = undefined;
    for (const resolve of waiting.splice(0)) resolve();
  };

  const ask = async () => {
    const at = Date.now();
    const watermarks = await messaging.admin.watermarks(topic);
    // A claim that is not proven yet stays until it is: under steady writes a newer one would never be reached.
    claim ??= { at, ends: new Map(watermarks.map(({ partition, high }) => [partition, high])) };
    return watermarks;
  };

  const open = async (): Promise<void> => {
    const watermarks = await ask();
    consumer = new AssignedConsumer(messaging, {
      topic,
      name: `table-${topic}`,
      from: new Map(watermarks.map(({ partition, low }) => [partition, low])),
      onRecord: apply,
      onProgress: prove,
    });
    await consumer.start();
  };

  const start = async (): Promise<void> => {
    for (let failures = 0; consumer === undefined && !stopped.signal.aborted; failures++) {
      try {
        await open();
      } catch (error) {
        if (failures % 10 === 0) messaging.logger.warn({ err: error, topic }, 'the table cannot start yet');
        await wait(backoffMs(failures, { maxMs: 1_000 }), stopped.signal).catch(() => undefined);
      }
    }
    following = follow();
    if (stopped.signal.aborted) return;
    const caughtUp = new Promise<void>((resolve) => waiting.push(resolve));
    prove();
    await caughtUp;
  };

  /** Until stopped: compares the ends, and reads partitions that were added. */
  const follow = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await wait(PROOF_INTERVAL_MS, stopped.signal).catch(() => undefined);
      if (stopped.signal.aborted) return;
      try {
        const watermarks = await ask();
        if (watermarks.some(({ partition }) => !consumer!.positions.has(partition))) {
          // Read again from the start: a key keeps its partition only while their number stays.
          await consumer!.stop();
          claim = undefined;
          await open();
        }
        prove();
      } catch (error) {
        messaging.logger.debug({ topic }, `the table could not be proven current: ${messageOf(error)}`);
      }
    }
  };

  return {
    start: () => (starting ??= start()),
    get: (key) => values.get(key),
    values: () => values.values(),
    get size() {
      return values.size;
    },
    provenCurrentAt: () => proven,
    health: () => consumer?.health() ?? { healthy: false, detail: 'not started' },
    stop: async () => {
      stopped.abort();
      for (const resolve of waiting.splice(0)) resolve();
      await consumer?.stop();
      await following;
    },
  };
}
