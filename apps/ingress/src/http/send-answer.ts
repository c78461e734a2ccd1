import type { IncomingMessage, ServerResponse } from 'node:http';
import { announcedBytes, hasBody } from './read-body.ts';

/** What a caller is told. */
export interface Answer {
  status: number;
  /** Text, JSON unless the type says otherwise. */
  body?: string;
  contentType?: string;
  /** Names and values alternating. */
  headers?: readonly string[];
}

/** A body of at most this size that nobody wants is read to its end, so that its connection can be kept. */
const READ_TO_END_BYTES = 65_536;
/** How long an answered sender that is still sending is listened to. */
const LINGER_MS = 2_000;

/** Writes an answer. `close`: the connection ends with it. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, executionId, close }: { answer: Answer; executionId: string; close: boolean },
): void {
  const lingers = isStillSending(request);
  if (close || lingers) response.shouldKeepAlive = false;
  response.writeHead(answer.status, headersOf(answer, executionId));
  const body = request.method === 'HEAD' || hasNoContent(answer.status) ? undefined : answer.body;
  if (lingers) lingeringClose(request, response, body);
  else response.end(body);
}

function headersOf({ status, body, contentType, headers }: Answer, executionId: string): string[] {
  const all = ['x-execution-id', executionId];
  if (headers) all.push(...headers);
  if (hasNoContent(status)) return all;
  if (body !== undefined) all.push('content-type', contentType ?? 'application/json');
  all.push('content-length', body === undefined ? '0' : String(Buffer.byteLength(body)));
  return all;
}

/** RFC 9110, 15.3.5 and 15.4.5: these answers end with their head. */
function hasNoContent(status: number): boolean {
  return status === 204 || status === 304;
}

function isStillSending(request: IncomingMessage): boolean {
  if (request.complete || !hasBody(request)) return false;
  // Who expects 100 (Continue) and was not told to go on may send the body or not: the connection cannot be used again.
  return request.headers.expect !== undefined || (announcedBytes(request) ?? Infinity) > READ_TO_END_BYTES;
}

/**
 * Closing a connection on which bytes arrive resets it, and the reset may destroy the answer before it is read
 * (RFC 9112, 9.6). So the answer goes out at once, the rest of the body is thrown away, and the connection is closed
 * when the sender has finished, or has had its time.
 */
function lingeringClose(request: IncomingMessage, response: ServerResponse, body: string | undefined): void {
  if (body === undefined) response.flushHeaders();
  else response.write(body);
  const timer = setTimeout(end, LINGER_MS).unref();
  function end(): void {
    clearTimeout(timer);
    request.off('end', end).off('close', end);
    response.end();
  }
  request.on('end', end).on('close', end).resume();
}
