import { isJsonObject, parseJsonExactly } from '@tributary/event-schemas';

/** Events that one execution may make. */
export const MAX_EVENTS = 100;

/** What a rendered text stands for: the events as the template wrote them, not completed and not checked. */
export type RenderedEvents =
  | { ok: true; events: Record<string, unknown>[]; list: boolean }
  | { ok: false; message: string; pointer: string | null };

/**
 * Reads a rendered text: a JSON object is an event, an array of up to {@link MAX_EVENTS} objects is as many, anything
 * else a failure. Numbers keep the digits they were written with.
 */
export function readRenderedEvents(rendered: string): RenderedEvents {
  let value: unknown;
  try {
    value = parseJsonExactly(rendered);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError)
      return failure(notJson(rendered, error.message));
    throw error;
  }
  if (isJsonObject(value)) return { ok: true, events: [value], list: false };
  if (!Array.isArray(value)) {
    return failure(
      `The template must render a JSON object or an array of objects; it rendered ${kindOf(value)}.`,
    );
  }
  if (value.length > MAX_EVENTS) {
    return failure(
      `The template rendered an array of ${value.length} events; at most ${MAX_EVENTS} are possible.`,
    );
  }
  const stranger = value.findIndex((item) => !isJsonObject(item));
  if (stranger < 0) return { ok: true, events: value as Record<string, unknown>[], list: true };
  return failure(
    `The template must render an array of JSON objects; item ${stranger} is ${kindOf(value[stranger])}.`,
    `/${stranger}`,
  );
}

function failure(message: string, pointer: string | null = null): RenderedEvents {
  return { ok: false, message, pointer };
}

function notJson(rendered: string, reason: string): string {
  if (rendered.trim() === '') return 'The template rendered no text; it must render a JSON object.';
  return `The template must render a JSON object; what it rendered is not JSON: ${reason}.`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  // A number that is kept as its text is an object to JavaScript.
  if (typeof value === 'object') return 'a number';
  return `a ${typeof value}`;
}
