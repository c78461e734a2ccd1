import { describe, expect, it } from '@jest/globals';
import { capturedRequest } from '@tributary/event-schemas';
import { captureJson } from './captured-request.ts';
import type { Capture } from './captured-request.ts';

const ID = '0190a0a0-0000-7000-8000-000000000001';

function capture(changes: Partial<Capture> = {}): unknown {
  return JSON.parse(
    captureJson({
      executionId: ID,
      hook: {
        id: ID,
        account: ID,
        workspace: ID,
        version: 3,
        enabled: true,
        slugSha256: '',
        methods: new Set(['POST']),
        allow: 'POST',
        mode: 'quiet',
        maxBodyBytes: 1,
        ordered: true,
      },
      method: 'POST',
      target: { slug: 'secret-slug', path: 'a"b\\\u0000é', query: 'q="' },
      rawHeaders: [],
      remoteAddress: '::ffff:10.0.0.1',
      received: '2026-01-01T00:00:00.123Z',
      replyPartition: 4,
      steps: [{ name: 'receive', started: '2026-01-01T00:00:00.123Z', duration_ms: 1 }],
      ...changes,
    }),
  );
}

describe('the captured request', () => {
  it('is what the contract says, whatever its strings hold', () => {
    const value = capture({ rawHeaders: ['X-A', '"quoted"\t', 'x-a', 'zwei\u00e4'] });
    expect(capturedRequest.parse(value)).toMatchObject({
      execution_id: ID,
      webhook_version: 3,
      path: 'a"b\\\u0000é',
      query: 'q="',
      headers: [
        ['X-A', '"quoted"\t'],
        ['x-a', 'zwei\u00e4'],
      ],
      remote_address: '10.0.0.1',
      reply_partition: 4,
      replay_of: null,
    });
    expect(JSON.stringify(value)).not.toContain('secret-slug');
  });

  it('leaves credentials out, in any spelling, and nothing else', () => {
    const value = capture({
      rawHeaders: [
        'AUTHORIZATION',
        'Bearer a',
        'Proxy-Authorization',
        'b',
        'X-Authorization',
        'c',
        'x-thirteen-chs'.slice(0, 13),
        'd',
      ],
    }) as { headers: unknown };
    expect(value.headers).toEqual([
      ['X-Authorization', 'c'],
      ['x-thirteen-ch', 'd'],
    ]);
  });

  it('says null for what is not known', () => {
    expect(capture({ remoteAddress: undefined, replyPartition: null })).toMatchObject({
      remote_address: null,
      reply_partition: null,
    });
  });
});
