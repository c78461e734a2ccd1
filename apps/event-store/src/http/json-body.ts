import { parseJsonExactly } from '@tributary/event-schemas';
import express from 'express';
import type { Request, RequestHandler } from 'express';

/** A body read as JSON; its text is kept for its size. No body is `undefined`. */
export type JsonBody =
  { ok: true; value: unknown; bytes: number } | { ok: false; reason: string; bytes: number };

/** Reads the bytes of a body of any type: Prefect's clients do not always name one. 413 past the limit, inflated too. */
export function rawBody(limitBytes: number): RequestHandler {
  return express.raw({ type: () => true, limit: limitBytes });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Parses what {@link rawBody} has read. Numbers keep every digit. */
export function jsonBody({ body }: Request): JsonBody {
  if (!Buffer.isBuffer(body) || body.length === 0) return { ok: true, value: undefined, bytes: 0 };
  try {
    return { ok: true, value: parseJsonExactly(utf8.decode(body)), bytes: body.length };
  } catch (error) {
    return { ok: false, reason: (error as Error).message, bytes: body.length };
  }
}
