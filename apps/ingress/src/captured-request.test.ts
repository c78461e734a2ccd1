import { describe, expect, it } from '@jest/globals';
import { capturedRequest } from '@tributary/event-schemas';
import { hook, ID } from '../test/support/build-hook.ts';
import { UNKNOWN_ADDRESS } from './caller-address.ts';
import { captureJson } from './captured-request.ts';
import type { Capture } from './captured-request.ts';

function capture(changes: Partial<Capture> = {}): unknown {
  return JSON.parse(
    captureJson({
      executionId: ID,
      hook: hook({ version: 3, mode: 'quiet' }),
      method: 'POST',
      target: { slug: 'secret-slug', path: 'a"b\\\u0000é', query: 'q="' },
      rawHeaders: [],
      credentials: undefined,
      address: '10.0.0.1',
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

  it("leaves out the webhook's own credentials, however they are spelled", () => {
    const value = capture({
      credentials: {
        credentialHeaders: new Set(['authorization', 'x-api-key']),
        credentialQuery: new Set(['api key', 'token']),
      },
      rawHeaders: ['X-API-Key', 'k1', 'x-api-key-id', '7'],
      target: { slug: 's', path: '', query: 'a=1&token=k&api%20key=k&api+key&%74oken=k&&token2=%zz&=x' },
    });
    expect(value).toMatchObject({ headers: [['x-api-key-id', '7']], query: 'a=1&&token2=%zz&=x' });
  });

  it('says null for what is not known', () => {
    expect(capture({ address: UNKNOWN_ADDRESS, replyPartition: null })).toMatchObject({
      remote_address: null,
      reply_partition: null,
    });
  });
});
