import { describe, expect, it } from '@jest/globals';
import { invalidAnswer, readReply } from './read-reply.ts';

const ID = '0198a0f0-0000-7000-8000-000000000000';
const outcome = { execution_id: ID, outcome: 'ignored', cause: 'duplicate', error: null, duplicate_of: ID };

describe('a record of the replies', () => {
  it.each([
    [outcome, outcome],
    [{ error: 'no' }, { error: 'no' }],
    [{ body: 'b' }, { status: 200, content_type: null, headers: {}, body: 'b' }],
  ])('%j is read', (value, reply) => {
    expect(readReply(JSON.stringify(value))).toEqual({ reply });
  });

  it.each([
    ['', /JSON/],
    ['hello', /JSON/],
    ['null', /no object/],
    ['[]', /no object/],
    ['"text"', /no object/],
    ['{}', /neither/],
    ['{"foo":1}', /neither/],
    ['{"error":""}', /"error"/],
    ['{"error":{"a":1}}', /"error"/],
    ['{"status":99}', /^\/status: /],
    ['{"status":"200","body":"x"}', /^\/status: /],
    ['{"body":{"a":1}}', /^\/body: /],
    ['{"status":200,"content_type":"no type"}', /^\/content_type: /],
    ['{"status":200,"headers":{"a":1}}', /^\/headers\/a: /],
  ])('%s answers 502, and says what is wrong with it', (value, fault) => {
    expect(readReply(value)).toEqual({ reply: invalidAnswer, fault: expect.stringMatching(fault) });
  });

  it('an outcome that is not understood is none', () => {
    expect(readReply(JSON.stringify({ ...outcome, outcome: 'of a later version' }))).toBeUndefined();
  });
});
