import { randomUUID } from 'node:crypto';
import type { Context } from '@opentelemetry/api';
import { recordHeaders, topics } from '@tributary/event-schemas';
import type { UsageRecord } from '@tributary/event-schemas';
import type { OutgoingRecord } from '@tributary/messaging';
import type { Logger, Member } from '@tributary/service-runtime';
import { isoTime } from './iso-time.ts';
import type { Hook } from './webhook-directory.ts';

/** What is counted of a call. */
export interface CountedCall {
  /** Ids of the secrets that let it pass. */
  used: readonly string[];
  receivedMs: number;
  traceContext: Context;
}

/**
 * Counts the calls of webhooks by secret and by URL, and tells Kafka every few seconds. The record tells the last use,
 * and belongs to the trace of that call.
 */
export interface UsageCounter extends Member {
  count(hook: Hook, call: CountedCall): void;
  readonly size: number;
}

export interface UsageOptions {
  publish: (record: OutgoingRecord) => Promise<unknown>;
  intervalMs: number;
  /** Records that are sent at once: usage must not stand in the way of calls. */
  maxAtOnce?: number;
  now: () => number;
  logger: Logger;
}

interface Used {
  calls: number;
  lastMs: number;
}

interface Usage {
  hook: Hook;
  sinceMs: number;
  traceContext: Context;
  secrets: Map<string, Used>;
  urls: Map<string, Used>;
}

const MAX_AT_ONCE = 200;
const SCHEMA_VERSION = String(topics.usage.schemaVersion);

/** What is counted and not yet told is lost with the process, and so is what Kafka does not take. */
export function createUsageCounter(options: UsageOptions): UsageCounter {
  const { maxAtOnce = MAX_AT_ONCE, now, logger } = options;
  const usages = new Map<string, Usage>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;

  async function send(usage: Usage): Promise<void> {
    try {
      await options.publish({
        topic: topics.usage.name,
        key: usage.hook.id,
        value: JSON.stringify(usageRecord(usage, now())),
        headers: { [recordHeaders.schemaVersion]: SCHEMA_VERSION },
        traceContext: usage.traceContext,
      });
    } catch (error) {
      logger.debug({ err: error, webhookId: usage.hook.id }, 'usage was not recorded');
    }
  }

  async function flush(): Promise<void> {
    // What is counted meanwhile waits for the next time.
    const due = [...usages.keys()];
    for (let index = 0; index < due.length; index += maxAtOnce) {
      await Promise.all(
        due.slice(index, index + maxAtOnce).map((id) => {
          const usage = usages.get(id)!;
          usages.delete(id);
          return send(usage);
        }),
      );
    }
  }

  function flushOnce(): Promise<void> {
    flushing ??= flush().finally(() => (flushing = undefined));
    return flushing;
  }

  return {
    count(hook, { used, receivedMs, traceContext }) {
      let usage = usages.get(hook.id);
      if (usage) usage.traceContext = traceContext;
      else {
        usage = { hook, sinceMs: receivedMs, traceContext, secrets: new Map(), urls: new Map() };
        usages.set(hook.id, usage);
      }
      add(usage.urls, hook.slugSha256, receivedMs);
      for (const id of used) add(usage.secrets, id, receivedMs);
    },
    get size() {
      return usages.size;
    },
    start: () => {
      timer = setInterval(() => void flushOnce(), options.intervalMs).unref();
    },
    stop: async () => {
      clearInterval(timer);
      await flushOnce();
      await flushOnce();
    },
  };
}

function add(counts: Map<string, Used>, key: string, nowMs: number): void {
  const known = counts.get(key);
  if (known) {
    known.calls++;
    known.lastMs = nowMs;
  } else counts.set(key, { calls: 1, lastMs: nowMs });
}

function usageRecord({ hook, sinceMs, secrets, urls }: Usage, untilMs: number): UsageRecord {
  const used = ({ calls, lastMs }: Used) => ({ calls, last_used: isoTime(lastMs) });
  return {
    id: randomUUID(),
    webhook_id: hook.id,
    account: hook.account,
    workspace: hook.workspace,
    since: isoTime(sinceMs),
    until: isoTime(untilMs),
    secrets: [...secrets].map(([id, each]) => ({ id, ...used(each) })),
    urls: [...urls].map(([slug_sha256, each]) => ({ slug_sha256, ...used(each) })),
  };
}
