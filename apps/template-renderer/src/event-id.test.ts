import { describe, expect, it } from '@jest/globals';
import { deriveEventId } from './event-id.ts';

describe('deriveEventId', () => {
  it('is a UUID of version 5: the example of RFC 9562, A.4', () => {
    expect(deriveEventId('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
  });

  it('differs by execution and by place', () => {
    const ids = ['018f4b5e-0000-7000-8000-000000000001', '018f4b5e-0000-7000-8000-000000000002'].flatMap(
      (execution) => ['0', '1', 'failed'].map((name) => deriveEventId(execution, name)),
    );
    expect(new Set(ids).size).toBe(6);
  });
});
