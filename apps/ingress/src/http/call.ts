import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeyRing } from '@tributary/encryption';
import type { OutgoingRecord } from '@tributary/messaging';
import type { Logger } from '@tributary/service-runtime';
import type { CallEnd, ObservedCall } from '../call-observer.ts';
import type { CallLimits } from '../call-limits.ts';
import type { Guard } from '../guard.ts';
import type { HookTarget } from '../hook-target.ts';
import type { InFlightBound } from '../in-flight-bound.ts';
import type { RefusalRecorder } from '../refusal-record.ts';
import type { ReplyWaiters } from '../reply-waiters.ts';
import type { SharedAnswers } from '../shared-answers.ts';
import type { ServiceAccounts } from '../service-account.ts';
import type { UsageCounter } from '../usage-counter.ts';
import type { Hook } from '../webhook-directory.ts';

/** What receiving a call needs of the rest of the service. */
export interface Receiving {
  find: (slug: string) => Hook | undefined;
  /** Whether what `find` knows has been proven current a short time ago. */
  isCurrent: () => boolean;
  guardOf: (hook: Hook) => Guard;
  serviceAccounts: ServiceAccounts;
  limits: CallLimits;
  /** Resolves once every in-sync replica has the record. */
  publish: (record: OutgoingRecord) => Promise<unknown>;
  refusals: Pick<RefusalRecorder, 'record'>;
  usage: Pick<UsageCounter, 'count'>;
  waiters: ReplyWaiters;
  sharedAnswers: SharedAnswers;
  /** How long the caller of a `quiet` or `custom` webhook waits, in milliseconds. */
  waitLimitMs: number;
  /** The partition of replies that this instance reads; null while it does not. */
  replyPartition: () => number | null;
  bound: InFlightBound;
  nextExecutionId: () => string;
  observe: (request: IncomingMessage) => ObservedCall;
  isDraining: () => boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
  maxUrlBytes: number;
  /** Proxies of ours in front, of which each has appended to `X-Forwarded-For`. */
  trustedProxies: number;
  /** The origin under which callers reach this system. */
  publicUrl: string;
  /** Signs the URLs of stored answers. */
  ring: KeyRing;
  logger: Logger;
}

/** A call on its way through the checks. */
export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  executionId: string;
  receivedMs: number;
  observed: ObservedCall;
  target: HookTarget;
  hook: Hook | undefined;
  /** Whether it holds a place among the webhook's calls at once. */
  limited: boolean;
  /** When its credentials were checked, and how long that took; undefined: they were not. */
  verification: { startedMs: number; durationMs: number } | undefined;
  /** Bytes of its body, for which room is taken in the bound. */
  bytes: number;
  /** What was read of its body, for the record of a refusal. */
  body: readonly Buffer[];
  bodyComplete: boolean;
}

/** A call whose webhook is known. */
export type KnownCall = Call & { hook: Hook };

export type { CallEnd };
