import { describe, expect, it } from '@jest/globals';
import { answerRow } from './answer-row.ts';
import { PoisonRecordError } from './errors.ts';

const now = Date.parse('2026-01-02T03:04:05Z');
const id = '019b7c3e-5a88-7000-8000-000000000000';
const read = (value: unknown, key = id) =>
  answerRow(
    { key: Buffer.from(key), value: Buffer.from(JSON.stringify(value)), partition: 3, offset: 9n },
    now,
  );
const outcome = { execution_id: id, outcome: 'emitted', cause: null, error: null };
const response = { status: 200, content_type: 'text/plain', headers: {}, body: 'small' };
const large = { ...response, body: 'x'.repeat(262_145) };

describe('a record of the replies', () => {
  it.each([
    ['an outcome without an answer', outcome, undefined],
    ['an answer that travelled inline', { ...outcome, response }, undefined],
    ['a large one', { ...outcome, response: large }, 'renderer'],
    ['one in the place of a consumer', { ...outcome, outcome: 'ignored', response }, 'renderer'],
    ["a consumer's", { body: 'x' }, 'consumer'],
    ["a consumer's error", { error: 'no' }, 'consumer'],
    ["a consumer's that is not valid", { status: 99 }, 'consumer'],
  ])('%s', (_what, value, source) => {
    expect(read(value)?.source).toBe(source);
  });

  it('is stored where it stands, an error as the caller sees it', () => {
    expect(read({ error: 'no' })).toEqual({
      partition: 3,
      id,
      day: '2026-01-02',
      source: 'consumer',
      log_offset: '9',
      status: 400,
      content_type: 'application/json',
      headers: {},
      body: Buffer.from('{"error":"no"}'),
    });
  });

  it.each([[{}], [{ status: 99 }], ['text'], [null]])('%j is stored as the caller sees it: 502', (value) => {
    expect(read(value)).toMatchObject({ source: 'consumer', status: 502, content_type: 'application/json' });
  });

  it.each([
    ['an outcome that is none', { ...outcome, outcome: 'unheard of' }, id],
    ['an answer to no execution', { body: 'x' }, 'somebody'],
    ['an answer to one of the future', { body: 'x' }, 'ffffffff-5a88-7000-8000-000000000000'],
  ])('is poison when it is %s', (_what, value, key) => {
    expect(() => read(value, key)).toThrow(PoisonRecordError);
  });
});
