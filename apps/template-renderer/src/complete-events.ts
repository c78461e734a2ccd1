import { completeEvent } from './complete-event.ts';
import type { Completion, WrittenEvent } from './complete-event.ts';
import { failureOf } from './failure.ts';
import { readRenderedEvents } from './rendered-events.ts';
import type { Result } from './user-code.ts';

/**
 * Characters that the events of one execution may have together: a hundred events with the body as default payload would
 * make a hundred bodies of one.
 */
const MAX_LENGTH = 8_388_608;

/** All events of a rendered text, or the first reason why there are none. */
export function completeEvents(rendered: string, completion: Completion): Result<WrittenEvent[]> {
  const read = readRenderedEvents(rendered);
  if (!read.ok) return { ok: false, failure: failureOf('result', read.message, { pointer: read.pointer }) };
  const events: WrittenEvent[] = [];
  let length = 0;
  for (const [index, event] of read.events.entries()) {
    const result = completeEvent(event, completion, { index, pointer: read.list ? `/${index}` : '' });
    if (!result.ok) return result;
    events.push(result.written);
    length += result.written.json.length;
    if (length > MAX_LENGTH) {
      const message = `The events of one request may have ${MAX_LENGTH} characters together as JSON; these have more.`;
      return { ok: false, failure: failureOf('size', message, { pointer: `/${index}` }) };
    }
  }
  return { ok: true, value: events };
}
