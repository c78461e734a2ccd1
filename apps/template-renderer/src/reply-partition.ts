import type { CapturedRequest, Outcome } from '@tributary/event-schemas';

/**
 * The partition on which the renderer tells the outcome; null when it does not. A caller of a `sync` webhook is answered by a
 * consumer of the events, and by the renderer where there are none.
 */
export function replyPartition(
  { reply_partition: partition, response_mode: mode }: CapturedRequest,
  { outcome }: Pick<Outcome, 'outcome'>,
): number | null {
  if (mode === 'receipt') return null;
  return mode === 'sync' && outcome === 'emitted' ? null : partition;
}

/** Whether a consumer of its events answers the caller of a request. */
export function isAnsweredByConsumer(
  { reply_partition: partition, response_mode: mode }: CapturedRequest,
  { outcome }: Pick<Outcome, 'outcome'>,
): boolean {
  return mode === 'sync' && outcome === 'emitted' && partition !== null;
}
