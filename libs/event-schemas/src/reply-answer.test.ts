import { describe, expect, it } from '@jest/globals';
import { reply } from './execution.ts';

const ID = '0198a0f0-0000-7000-8000-000000000000';

describe('a reply', () => {
  it.each([
    [{ error: 'no' }, { error: 'no' }],
    [{ body: '{}' }, { status: 200, content_type: null, headers: {}, body: '{}' }],
    [{ status: 204 }, { status: 204, content_type: null, headers: {}, body: '' }],
    [
      { body: 'b', headers: { 'x-a': '1', 'Content-Length': '7', bad: 'a\nb', 'no name': '1' } },
      { status: 200, content_type: null, headers: { 'x-a': '1' }, body: 'b' },
    ],
    [
      { execution_id: ID, outcome: 'emitted', cause: null, error: null, response: { status: 201 } },
      {
        execution_id: ID,
        outcome: 'emitted',
        cause: null,
        error: null,
        response: { status: 201, content_type: null, headers: {}, body: '' },
      },
    ],
  ])('%j is read', (value, read) => {
    expect(reply.parse(value)).toEqual(read);
  });

  it.each([
    [{}],
    [{ foo: 1 }],
    [{ status: 99 }],
    [{ body: { a: 1 } }],
    [{ error: '' }],
    [[]],
    [null],
    ['text'],
  ])('%j is none', (value) => {
    expect(reply.safeParse(value).success).toBe(false);
  });
});
