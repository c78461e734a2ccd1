import { hash } from 'node:crypto';
import { deduplicationRecord, recordHeaders, topics } from '@tributary/event-schemas';
import type { DeduplicationRecord, ReplyAnswer } from '@tributary/event-schemas';
import type { IncomingRecord, OutgoingRecord } from '@tributary/messaging';

/** The execution that a key was first seen in, and the answer of the webhook's own that its caller got. */
export interface FirstExecution {
  executionId: string;
  response: ReplyAnswer | null;
  /** Whether a consumer of its events answers its caller. */
  answeredByConsumer: boolean;
}

interface Known extends FirstExecution {
  partition: number;
  expiresMs: number;
}

/** The key of an execution that holds it from now on. */
export interface Claim {
  webhookId: string;
  key: string;
  executionId: string;
  receivedMs: number;
  windowMs: number;
  reply: NonNullable<DeduplicationRecord['reply']>;
  answeredByConsumer: boolean;
}

/**
 * What one batch of a partition sees and adds: what it adds counts for those after it in the batch at once, and for others
 * when its transaction is committed.
 */
export interface DeduplicationBatch {
  firstOf: (webhookId: string, key: string, receivedMs: number) => FirstExecution | undefined;
  claim: (claim: Claim) => void;
  /** What to write in the batch's transaction. */
  records: () => OutgoingRecord[];
  /** To be called once that is committed. */
  committed: () => void;
}

/** The deduplication keys: what `tributary.deduplication` holds of all partitions, in memory. */
export interface Deduplication {
  /**
   * A record of `tributary.deduplication`, as a follower of the topic reads them: what others wrote, and, again, what this
   * process did. Throws for one that is not valid.
   */
  read: (record: IncomingRecord) => void;
  begin: (partition: number) => DeduplicationBatch;
  /** How many keys are known, and what they weigh, an estimate. */
  readonly size: number;
  readonly bytes: number;
}

/** What a key weighs beside the answer that it holds. */
const BYTES_EACH = 400;

/** Expired keys are looked for when so many were added since, or as many as there are. */
const SWEEP_AFTER = 10_000;

/** Ingresses' clocks differ: a key is forgotten only when the partition's time is past its end by so much. */
const CLOCK_SKEW_MS = 60_000;

/** Tombstones that one transaction writes at most, and that one partition has waiting. */
const TOMBSTONES_AT_ONCE = 500;
const MAX_ENDED = 50_000;

/**
 * Time is that of the requests: a window reaches from when the first one was received, however late it is rendered. Memory
 * is bounded by `maxBytes`; at the bound the oldest keys are forgotten before their windows end, which `onForgotten` tells.
 */
export function createDeduplication({
  maxBytes,
  onForgotten,
}: {
  maxBytes: number;
  onForgotten: (count: number) => void;
}): Deduplication {
  // In the order of insertion, so the first are the oldest.
  const known = new Map<string, Known>();
  const latest = new Map<number, number>();
  /** Keys whose windows are over, by partition: their records are still there, and everyone who starts would read them. */
  const ended = new Map<number, Set<string>>();
  let bytes = 0;
  let added = 0;

  const forget = (name: string): void => {
    const entry = known.get(name);
    if (entry === undefined) return;
    known.delete(name);
    bytes -= weight(entry);
  };

  /** Past the present no clock is believed: one that is wrong would end every window. */
  const passTime = (partition: number, ms: number): void => {
    latest.set(partition, Math.max(latest.get(partition) ?? 0, Math.min(ms, Date.now())));
  };

  const sweep = (): void => {
    added = 0;
    for (const [name, { partition, expiresMs }] of known) {
      if (expiresMs + CLOCK_SKEW_MS >= (latest.get(partition) ?? 0)) continue;
      forget(name);
      const names = ended.get(partition) ?? new Set();
      ended.set(partition, names);
      // The others are deleted with their topic's retention.
      if (names.size < MAX_ENDED) names.add(name);
    }
  };

  const put = (name: string, entry: Known): void => {
    forget(name);
    known.set(name, entry);
    ended.get(entry.partition)?.delete(name);
    bytes += weight(entry);
    if (++added >= Math.max(SWEEP_AFTER, known.size)) sweep();
    if (bytes <= maxBytes) return;
    sweep();
    let count = 0;
    // A little more than needed, so that not every further key comes here.
    for (const oldest of known.keys()) {
      if (bytes <= maxBytes * 0.95) break;
      forget(oldest);
      count++;
    }
    if (count > 0) onForgotten(count);
  };

  return {
    read: (record) => {
      const { partition, key, value } = record;
      if (key === null) return;
      if (value === null) {
        ended.get(partition)?.delete(key.toString());
        return;
      }
      const { name, seenMs, ...execution } = readRecord(key, value);
      passTime(partition, seenMs);
      // The topic may be behind: a later window of the same key is known already.
      if (execution.expiresMs <= (known.get(name)?.expiresMs ?? 0)) return;
      put(name, { ...execution, partition });
    },
    begin: (partition) => {
      const claims = new Map<string, { entry: Known; record: OutgoingRecord }>();
      const over = [...(ended.get(partition) ?? []).values().take(TOMBSTONES_AT_ONCE)];
      let time = 0;
      return {
        firstOf: (webhookId, key, receivedMs) => {
          time = Math.max(time, receivedMs);
          const name = nameOf(webhookId, key);
          const entry = claims.get(name)?.entry ?? known.get(name);
          return entry !== undefined && receivedMs < entry.expiresMs ? entry : undefined;
        },
        claim: (claim) => {
          const name = nameOf(claim.webhookId, claim.key);
          const expiresMs = claim.receivedMs + claim.windowMs;
          const { executionId, reply, answeredByConsumer } = claim;
          const response = reply.response ?? null;
          const entry = { executionId, response, answeredByConsumer, partition, expiresMs };
          claims.set(name, { entry, record: toRecord(name, partition, claim) });
        },
        records: () => [
          ...over.filter((name) => !claims.has(name)).map((name) => tombstone(name, partition)),
          ...[...claims.values()].map(({ record }) => record),
        ],
        committed: () => {
          passTime(partition, time);
          for (const name of over) ended.get(partition)?.delete(name);
          for (const [name, { entry }] of claims) put(name, entry);
        },
      };
    },
    get size() {
      return known.size;
    },
    get bytes() {
      return bytes;
    },
  };
}

/** Keys are the callers' and of any length: a digest stands for each. */
function nameOf(webhookId: string, key: string): string {
  return `${webhookId}:${hash('sha256', key, 'hex')}`;
}

function weight({ response }: Known): number {
  return BYTES_EACH + 2 * (response?.body.length ?? 0);
}

function toRecord(
  name: string,
  partition: number,
  { webhookId, executionId, receivedMs, windowMs, reply, answeredByConsumer }: Claim,
): OutgoingRecord {
  const value: DeduplicationRecord = {
    execution_id: executionId,
    webhook_id: webhookId,
    seen: new Date(receivedMs).toISOString(),
    expires: new Date(receivedMs + windowMs).toISOString(),
    reply,
    answered_by_consumer: answeredByConsumer,
  };
  return {
    topic: topics.deduplication.name,
    key: name,
    value: JSON.stringify(value),
    headers: { [recordHeaders.schemaVersion]: '1' },
    partition,
  };
}

function tombstone(name: string, partition: number): OutgoingRecord {
  const headers = { [recordHeaders.schemaVersion]: '1' };
  return { topic: topics.deduplication.name, key: name, value: null, headers, partition };
}

/** Throws for a record that nobody could have written; it is logged and left out. */
function readRecord(key: Buffer, value: Buffer): Omit<Known, 'partition'> & { name: string; seenMs: number } {
  const record = deduplicationRecord.parse(JSON.parse(value.toString()));
  const { execution_id, seen, expires, reply, answered_by_consumer } = record;
  return {
    name: key.toString(),
    executionId: execution_id,
    response: reply?.response ?? null,
    answeredByConsumer: answered_by_consumer,
    seenMs: Date.parse(seen),
    expiresMs: Date.parse(expires),
  };
}
