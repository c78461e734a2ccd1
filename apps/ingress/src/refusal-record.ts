import { recordHeaders, topics } from '@tributary/event-schemas';
import type { Cause } from '@tributary/event-schemas';
import type { OutgoingRecord } from '@tributary/messaging';
import type { Logger } from '@tributary/service-runtime';

/** A call that was refused, or a handshake that was answered. */
export interface RefusedCall {
  webhookId: string;
  outcome: 'rejected' | 'ignored';
  cause: Cause;
  /** A sentence for the webhook's owner; null where nothing went wrong. */
  message: string | null;
  /** Null: the caller was gone. */
  status: number | null;
  /** What was read of the body. */
  body: readonly Buffer[];
  bodyComplete: boolean;
  /** The rest of the request: a `capturedRequest` as JSON, made only if it is recorded. */
  request: () => string;
  traceContext: OutgoingRecord['traceContext'];
}

export interface RefusalRecorder {
  /** Returns at once; what becomes of the record concerns no caller. */
  record(call: RefusedCall): void;
  /** Refusals that were not recorded, since the start. */
  readonly unrecorded: number;
}

export interface RefusalOptions {
  publish: (record: OutgoingRecord) => Promise<unknown>;
  /** Records of one webhook and cause in a second; beyond, they are only counted. */
  perSecond: number;
  /** Records in a second, of all. */
  totalPerSecond: number;
  /** Bytes of bodies in a second, of all; beyond, a record has none. */
  bytesPerSecond: number;
  now: () => number;
  logger: Logger;
}

/** Kinds of refusals that are told apart; of more, the rest is counted together with the oldest forgotten. */
const MAX_KINDS = 10_000;
const SCHEMA_VERSION = String(topics.rejected.schemaVersion);

interface Kind {
  second: number;
  recorded: number;
  unrecorded: number;
}

/** Records refusals on `tributary.rejected`, sampled, so that no attacker can fill the disk with them. */
export function createRefusalRecorder(options: RefusalOptions): RefusalRecorder {
  const { perSecond, totalPerSecond, bytesPerSecond, now, logger } = options;
  const kinds = new Map<string, Kind>();
  const all = { second: 0, recorded: 0, bytes: 0 };
  let unrecorded = 0;

  function kindOf({ webhookId, cause }: RefusedCall): Kind {
    const key = `${webhookId} ${cause}`;
    let kind = kinds.get(key);
    if (!kind) {
      if (kinds.size >= MAX_KINDS) kinds.delete(kinds.keys().next().value!);
      kind = { second: 0, recorded: 0, unrecorded: 0 };
      kinds.set(key, kind);
    }
    return kind;
  }

  function mayRecord(kind: Kind, second: number): boolean {
    if (kind.second !== second) Object.assign(kind, { second, recorded: 0 });
    if (all.second !== second) Object.assign(all, { second, recorded: 0, bytes: 0 });
    return kind.recorded < perSecond && all.recorded < totalPerSecond;
  }

  /** A body goes whole or not at all; the first of a second goes whatever its size, so that large ones are seen too. */
  function takeBody({ body, bodyComplete }: RefusedCall): { bytes: Buffer; isComplete: boolean } {
    if (all.bytes >= bytesPerSecond) return { bytes: EMPTY, isComplete: bodyComplete && body.length === 0 };
    const bytes = body.length === 1 ? body[0]! : Buffer.concat(body);
    all.bytes += bytes.length;
    return { bytes, isComplete: bodyComplete };
  }

  return {
    record(call) {
      const kind = kindOf(call);
      if (!mayRecord(kind, Math.floor(now() / 1_000))) {
        kind.unrecorded++;
        unrecorded++;
        return;
      }
      kind.recorded++;
      all.recorded++;
      const { bytes, isComplete } = takeBody(call);
      const skipped = kind.unrecorded;
      kind.unrecorded = 0;
      options
        .publish({
          topic: topics.rejected.name,
          key: call.webhookId,
          value: bytes,
          headers: {
            [recordHeaders.schemaVersion]: SCHEMA_VERSION,
            [recordHeaders.request]: requestJson(call, isComplete, skipped),
          },
          ...(call.traceContext === undefined ? {} : { traceContext: call.traceContext }),
        })
        .catch((error: unknown) => {
          kind.unrecorded += skipped + 1;
          unrecorded++;
          logger.debug({ err: error, webhookId: call.webhookId }, 'a refusal was not recorded');
        });
    },
    get unrecorded() {
      return unrecorded;
    },
  };
}

const EMPTY = Buffer.alloc(0);

/** A `rejectedRequest` of libs/event-schemas: a captured request, and what was said to it. */
function requestJson(call: RefusedCall, bodyComplete: boolean, unrecorded: number): string {
  const { outcome, cause, message, status } = call;
  const rest = JSON.stringify({
    outcome,
    cause,
    error: message === null ? null : { message },
    response: status === null ? null : { status },
    body_complete: bodyComplete,
    unrecorded,
  });
  return `${call.request().slice(0, -1)},${rest.slice(1)}`;
}
