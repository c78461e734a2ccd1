import type { CompleteScheme } from './scheme.ts';

type Format = CompleteScheme['timestamp_format'];

const DIGITS = /^\d{1,15}$/;
/** RFC 3339 with an offset: without one the time zone would be a guess. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$/i;

/** Milliseconds since the epoch; undefined when the text is no such timestamp. */
export function parseTimestamp(text: string, format: Format): number | undefined {
  if (format === 'iso8601') {
    if (!ISO_8601.test(text)) return undefined;
    const ms = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
    return Number.isNaN(ms) ? undefined : ms;
  }
  if (!DIGITS.test(text)) return undefined;
  return format === 'seconds' ? Number(text) * 1000 : Number(text);
}

/** A moment as a sender with this format writes it. */
export function writeTimestamp(ms: number, format: Format): string {
  if (format === 'iso8601') return new Date(ms).toISOString();
  return String(format === 'seconds' ? Math.floor(ms / 1000) : ms);
}

/** Whether a timestamp lies within the tolerance, on either side of now. */
export function isTimely(text: string, scheme: CompleteScheme, nowMs: number): boolean {
  const ms = parseTimestamp(text, scheme.timestamp_format);
  return ms !== undefined && Math.abs(nowMs - ms) <= scheme.tolerance_seconds * 1000;
}
