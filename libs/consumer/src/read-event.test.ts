import { describe, expect, it } from '@jest/globals';
import { anEvent } from '../test/an-event.ts';
import { readEvent } from './read-event.ts';

const read = (value: unknown, headers: Record<string, string> = {}) =>
  readEvent({ value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), headers });

const event = anEvent({ payload: { n: 1 } });

describe('a record is read', () => {
  it('as the event that it is', () => {
    expect(read(event, { tributary_schema_version: '1' })).toEqual({ ok: true, event });
  });

  it('leniently: defaults for what is missing, limits and unknown keys of a later version unasked', () => {
    const { related: _related, payload: _payload, follows: _follows, ...rest } = event;
    expect(read({ ...rest, event: 'x'.repeat(5_000), later: true })).toEqual({
      ok: true,
      event: {
        ...rest,
        event: 'x'.repeat(5_000),
        related: [],
        payload: {},
        follows: null,
        later: true,
      },
    });
  });

  it.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['null', 'null'],
    ['a number for a name', { ...event, event: 7 }],
    ['no resource id', { ...event, resource: {} }],
    ['a label that is no text', { ...event, resource: { 'prefect.resource.id': 'a', n: 1 } }],
    ['a payload that is a list', { ...event, payload: [] }],
    ['no workspace', { ...event, workspace: undefined }],
  ])('or refused: %s', (_what, value) => {
    expect(read(value)).toMatchObject({ ok: false, error: { name: 'ConsumerError', code: 'invalid_event' } });
  });

  it('or refused: nothing', () => {
    expect(readEvent({ value: null, headers: {} })).toMatchObject({
      ok: false,
      error: { code: 'invalid_event' },
    });
  });

  it('never when its major version is unknown: it waits for a newer consumer', () => {
    expect(() => read(event, { tributary_schema_version: '2' })).toThrow(
      expect.objectContaining({ retryable: true }),
    );
  });
});
