import type { ConnectionOptions } from 'node:tls';
import type { Context } from '@opentelemetry/api';

/*
 * What users of this library see. Written out rather than imported, so that the published declarations stand alone;
 * `types.test.ts` holds them to the contract in @tributary/event-schemas.
 */

/** String labels; `prefect.resource.id` names the thing. */
export type Resource = Record<string, string>;

/** An event as it stands on `tributary.events`. */
export interface TributaryEvent {
  /** UUID. The same when a record comes again: what makes a handler safe to repeat. */
  id: string;
  /** RFC 3339, UTC. */
  occurred: string;
  event: string;
  resource: Resource;
  /** Each with `prefect.resource.id` and `prefect.resource.role`. */
  related: Resource[];
  /** Numbers are those of JavaScript; the record's bytes have every digit. */
  payload: Record<string, unknown>;
  /** Id of an earlier event. */
  follows: string | null;
  received: string;
  account: string;
  workspace: string;
}

/** What the caller of a `sync` webhook gets. An error answers 400 `{"error": "..."}`. */
export type Answer =
  | { error: string }
  | {
      /** From 200 to 599; 200 if absent. */
      status?: number;
      /** Media type of the body. */
      content_type?: string;
      headers?: Record<string, string>;
      body?: string;
    };

/** The record as Kafka has it. */
export interface EventRecord {
  topic: string;
  partition: number;
  offset: bigint;
  /** Milliseconds since the epoch. */
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  /** The CloudEvents attributes are `ce_id`, `ce_type`, `ce_source`, `ce_subject` and `ce_time`. */
  headers: Record<string, string>;
}

/** The call of a webhook that made an event. */
export interface Execution {
  id: string;
  /** The version of the webhook whose template made the event; null where the record does not say. */
  webhookVersion: number | null;
  /** Whether there is a caller whom {@link EventContext.reply} can reach. */
  awaitsReply: boolean;
}

export interface EventContext {
  /**
   * Answers the caller who waits. Resolves with true once Kafka has the answer for good; with false, having sent nothing,
   * when no caller can be reached. Of several answers to one execution the first counts. Rejects with a
   * {@link ConsumerError} for what is no answer, and with a retryable error while Kafka is away: leave it uncaught, and
   * the event comes again.
   */
  reply(answer: Answer): Promise<boolean>;
  /** Null for an event that came from no webhook. */
  execution: Execution | null;
  /** W3C trace context: the span of this attempt, in the trace of the webhook's call. Active while the handler runs. */
  traceContext: Context;
  /**
   * Aborted when the partition went to another member of the group, or when `stop()` has waited for half a minute. The
   * event is then handled again, here or there.
   */
  signal: AbortSignal;
  /** From 1. */
  attempt: number;
  record: EventRecord;
}

/** Something that no attempt could handle. Without an event the record itself could not be read. */
export interface Poison {
  event: TributaryEvent | null;
  error: unknown;
}

/** Which events a consumer wants; all conditions must hold. */
export interface EventFilter {
  /**
   * Names of events, at least one of which must match: `*` stands for any run of characters, `?` for one; `order.*` is a
   * prefix. Case matters.
   */
  event?: string | readonly string[];
  /**
   * Labels of the resource: each named label must be there and match at least one of its patterns. A pattern with a
   * leading `!` matches what the rest of it does not.
   */
  resource?: Readonly<Record<string, string | readonly string[]>>;
}

/** The part of a pino logger that is needed. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ConsumerOptions {
  /** `host:port` each. */
  brokers: string[];
  /** The members of one group share the events; each group gets all of them. */
  groupId: string;
  /** Called with one event after the other of a partition, which is to say of a resource; partitions are concurrent. */
  handler(event: TributaryEvent, context: EventContext): Promise<void> | void;
  /**
   * Takes what the handler has failed on `attempts` times, or what is no event. Until it resolves the partition waits,
   * and it is called again for as long as it rejects: nothing is ever dropped in silence.
   */
  onPoison(poison: Poison, context: EventContext): Promise<void> | void;
  filter?: EventFilter | ((event: TributaryEvent) => boolean);
  /** `tributary.events`, or the topic that a webhook names. */
  topic?: string;
  /** Where a new group begins; `end` if absent. A group that has a position goes on from there. */
  from?: 'beginning' | 'end';
  /** How often an event is tried; 5 if absent. A {@link RetryableError} does not count. */
  attempts?: number;
  /** Milliseconds before the second attempt (200 if absent), doubled each time up to the longest (30,000). */
  backoff?: { firstMs?: number; maxMs?: number };
  clientId?: string;
  logger?: Logger;
  security?: Security;
}

/** How the brokers want to be spoken to; in clear and unnamed if absent. */
export interface Security {
  /** True, or options of Node's TLS (a CA, a client certificate). */
  ssl?: boolean | ConnectionOptions;
  sasl?: Credentials<'plain'> | Credentials<'scram-sha-256'> | Credentials<'scram-sha-512'>;
}

export interface Credentials<Mechanism extends string> {
  mechanism: Mechanism;
  username: string;
  password: string;
}

export interface EventConsumer {
  /**
   * Resolves when the group was joined: no event that is written from then on is missed. Tries for as long as Kafka is
   * away.
   */
  start(): Promise<void>;
  /** Lets the handlers at work finish (half a minute at most), commits, leaves the group. */
  stop(): Promise<void>;
  /** For a health check: unhealthy when nothing is fetched, or when a handler has not returned for five minutes. */
  health(): { healthy: boolean; detail: string };
}
