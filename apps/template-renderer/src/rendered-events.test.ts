import { describe, expect, it } from '@jest/globals';
import { readRenderedEvents } from './rendered-events.ts';

const event = '{"event": "x"}';

describe('readRenderedEvents', () => {
  it('takes an object for one event', () => {
    expect(readRenderedEvents(` ${event}\n`)).toEqual({ ok: true, events: [{ event: 'x' }], list: false });
  });

  it.each([0, 1, 100])('takes an array of %d', (count) => {
    const result = readRenderedEvents(`[${Array(count).fill(event).join()}]`);
    expect(result.ok && result.events.length).toBe(count);
  });

  it('refuses an array of 101', () => {
    expect(readRenderedEvents(`[${Array(101).fill(event).join()}]`)).toMatchObject({
      ok: false,
      message: 'The template rendered an array of 101 events; at most 100 are possible.',
    });
  });

  it.each([
    ['', 'The template rendered no text; it must render a JSON object.'],
    [' \n', 'The template rendered no text; it must render a JSON object.'],
    ['"text"', 'The template must render a JSON object or an array of objects; it rendered a string.'],
    ['null', 'The template must render a JSON object or an array of objects; it rendered null.'],
    ['1.0', 'The template must render a JSON object or an array of objects; it rendered a number.'],
    ['true', 'The template must render a JSON object or an array of objects; it rendered a boolean.'],
  ])('refuses %j', (rendered, message) => {
    expect(readRenderedEvents(rendered)).toEqual({ ok: false, message, pointer: null });
  });

  it('points at the item that is no object', () => {
    expect(readRenderedEvents(`[${event}, [${event}]]`)).toEqual({
      ok: false,
      message: 'The template must render an array of JSON objects; item 1 is an array.',
      pointer: '/1',
    });
  });

  it.each(['{', "{'event': 1}", `${event} ${event}`, 'Hello', '{"a": NaN}'])(
    'says that %j is not JSON',
    (rendered) => {
      expect(readRenderedEvents(rendered)).toMatchObject({
        ok: false,
        message: expect.stringMatching(
          /^The template must render a JSON object; what it rendered is not JSON: .+\.$/,
        ),
      });
    },
  );

  it('keeps the digits of numbers', () => {
    const text = '{"payload":{"a":1.0,"b":12345678901234567890,"c":1e3,"d":5}}';
    const result = readRenderedEvents(text);
    expect(result.ok && JSON.stringify(result.events[0])).toBe(text);
  });
});
