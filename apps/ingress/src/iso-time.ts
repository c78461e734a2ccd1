let lastMs = Number.NaN;
let lastText = '';

/** `Date.prototype.toISOString`, written once for the many calls that share a millisecond. */
export function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = new Date(ms).toISOString();
  }
  return lastText;
}
