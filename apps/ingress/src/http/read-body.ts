import type { IncomingMessage } from 'node:http';
import type { InFlightBound } from '../in-flight-bound.ts';

/**
 * A body as it came: its bytes, for which room is taken in the bound (the caller gives it back); or why there is none,
 * with no room taken, and what had come by then. `stopped`: the sender went away, or was cut off, before the end.
 */
export type BodyRead =
  | { ok: true; bytes: Buffer }
  | { ok: false; reason: 'too_large' | 'no_room' | 'stopped'; read: readonly Buffer[] };

const EMPTY: BodyRead = { ok: true, bytes: Buffer.alloc(0) };

/** Whether a request announces a body (RFC 9112, 6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/**
 * Whether a body is coded for its transfer otherwise than in chunks, which are all that is undone here. (Where the chunks do not
 * come last, the parser has refused the request: RFC 9112, 6.3.)
 */
export function hasOtherTransferCoding({ headers }: IncomingMessage): boolean {
  const codings = headers['transfer-encoding'];
  return codings !== undefined && codings.trim().toLowerCase() !== 'chunked';
}

/** The bytes a request announces; undefined when it is sent in chunks. */
export function announcedBytes({ headers }: IncomingMessage): number | undefined {
  return headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
}

/** Reads a body, counting: stops at `limitBytes`, or when the bound has no room left. */
export function readBody(
  request: IncomingMessage,
  { limitBytes, bound }: { limitBytes: number; bound: InFlightBound },
): Promise<BodyRead> | BodyRead {
  if (!hasBody(request)) return EMPTY;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;

    function finish(result: BodyRead): void {
      request.off('data', onData).off('end', onEnd).off('close', onStopped);
      if (!result.ok) bound.give(length);
      resolve(result);
    }
    function onData(chunk: Buffer): void {
      if (length + chunk.length > limitBytes) {
        finish({ ok: false, reason: 'too_large', read: chunks });
      } else if (bound.take(chunk.length)) {
        length += chunk.length;
        chunks.push(chunk);
      } else {
        finish({ ok: false, reason: 'no_room', read: [] });
      }
    }
    function onEnd(): void {
      finish({ ok: true, bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length) });
    }
    function onStopped(): void {
      finish({ ok: false, reason: 'stopped', read: chunks });
    }

    // The listener for errors stays: without one, a reset connection would end the process. `close` follows each error.
    request.on('error', ignoreError).on('data', onData).on('end', onEnd).on('close', onStopped);
  });
}

function ignoreError(_error: Error): void {
  return undefined;
}
