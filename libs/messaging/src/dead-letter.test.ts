import { ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { toDeadLetter } from './dead-letter.ts';

const record = {
  topic: 'requests',
  partition: 2,
  offset: 41n,
  timestamp: 1_700_000_000_000,
  key: Buffer.from('key'),
  value: Buffer.from([0xff, 0x00]),
  headers: { request: '{}' },
  traceContext: ROOT_CONTEXT,
};

const options = { topic: 'letters', service: 'renderer', maxRecordBytes: 10_000 };

describe('a dead letter', () => {
  it('keeps the bytes and headers, and says where it came from and why', () => {
    const letter = toDeadLetter(
      { record, reason: 'unreadable', error: new SyntaxError('unexpected <') },
      options,
    );
    expect(letter).toMatchObject({ topic: 'letters', key: record.key, value: record.value });
    expect(letter.headers).toMatchObject({
      request: '{}',
      tributary_dead_letter_topic: 'requests',
      tributary_dead_letter_partition: '2',
      tributary_dead_letter_offset: '41',
      tributary_dead_letter_reason: 'unreadable',
      tributary_dead_letter_service: 'renderer',
      tributary_dead_letter_error: 'unexpected <',
    });
    expect(letter.headers?.['tributary_dead_letter_stack']).toContain('SyntaxError');
  });

  it('leaves out a value that leaves no room for the reason', () => {
    const large = { ...record, value: Buffer.alloc(9_990) };
    const letter = toDeadLetter({ record: large, reason: 'too large' }, options);
    expect(letter.value).toBeNull();
    expect(letter.headers).toMatchObject({ tributary_dead_letter_value: 'too large' });
  });
});
