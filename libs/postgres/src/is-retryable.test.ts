import { describe, expect, it } from '@jest/globals';
import { isRetryable } from './is-retryable.ts';

const withCode = (code: string) => Object.assign(new Error('failed'), { code });

describe('isRetryable', () => {
  it.each([
    '08006',
    '40001',
    '40P01',
    '53100',
    '53300',
    '57P01',
    '57014',
    '25006',
    'ECONNREFUSED',
    'EAI_AGAIN',
  ])('retries %s', (code) => {
    expect(isRetryable(withCode(code))).toBe(true);
  });

  it.each(['23505', '22P05', '42P01', '28P01', '3D000', 'EACCES'])('does not retry %s', (code) => {
    expect(isRetryable(withCode(code))).toBe(false);
  });

  it('knows the errors that pg tells in words', () => {
    expect(isRetryable(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isRetryable(new Error('timeout exceeded when trying to connect'))).toBe(true);
  });

  it('looks at the cause', () => {
    expect(isRetryable(new Error('could not store', { cause: withCode('57P01') }))).toBe(true);
  });

  it.each([undefined, null, 'text', 7, new Error('boom')])('does not retry %p', (error) => {
    expect(isRetryable(error)).toBe(false);
  });
});
