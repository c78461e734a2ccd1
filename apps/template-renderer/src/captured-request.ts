import { capturedRequest, recordHeaders } from '@tributary/event-schemas';
import type { CapturedRequest } from '@tributary/event-schemas';
import type { IncomingRecord } from '@tributary/messaging';

export type RequestReading = { ok: true; request: CapturedRequest } | { ok: false; reason: string };

/** Reads the header `request` of a record of `tributary.requests`. The reason is for the dead letters. */
export function readCapturedRequest({ headers }: Pick<IncomingRecord, 'headers'>): RequestReading {
  const text = headers[recordHeaders.request];
  if (text === undefined) return { ok: false, reason: `the header ${recordHeaders.request} is missing` };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return {
      ok: false,
      reason: `the header ${recordHeaders.request} is not JSON: ${(error as Error).message}`,
    };
  }
  const result = capturedRequest.safeParse(json);
  if (result.success) return { ok: true, request: result.data };
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return { ok: false, reason: `the header ${recordHeaders.request} is not valid: ${faults.join('; ')}` };
}
