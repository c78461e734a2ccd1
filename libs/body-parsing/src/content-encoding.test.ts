import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeContent, isEncoded } from './content-encoding.ts';

const LIMIT = 1_048_576;
const text = Buffer.from('{"event": "model.refreshed"}'.repeat(20));

describe('decodeContent', () => {
  it.each([
    [undefined, text],
    ['', text],
    ['identity', text],
    ['gzip', gzipSync(text)],
    ['X-GZIP', gzipSync(text)],
    ['gzip', Buffer.concat([gzipSync(text.subarray(0, 100)), gzipSync(text.subarray(100))])],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
  ])('gives the bytes of %s', async (encoding, bytes) => {
    expect(await decodeContent(bytes, encoding, LIMIT)).toEqual({ ok: true, bytes: text });
  });

  it.each(['compress', 'constructor', 'zstd', 'gzip, gzip, gzip, gzip', 'aes128gcm'])(
    'refuses %s',
    async (encoding) => {
      expect(await decodeContent(text, encoding, LIMIT)).toEqual({ ok: false, reason: 'unknown_encoding' });
    },
  );

  it.each(['gzip', 'deflate', 'br'])('names bytes that are not %s, and those cut short', async (encoding) => {
    const whole = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[encoding]!(text);
    expect(await decodeContent(text, encoding, LIMIT)).toEqual({ ok: false, reason: 'malformed' });
    const cut = whole.subarray(0, whole.length - 6);
    expect(await decodeContent(cut, encoding, LIMIT)).toEqual({ ok: false, reason: 'malformed' });
  });

  it('holds the limit to the byte, also without an encoding', async () => {
    for (const [encoding, bytes] of [
      ['gzip', gzipSync(text)],
      [undefined, text],
    ] as const) {
      expect(await decodeContent(bytes, encoding, text.length)).toMatchObject({ ok: true });
      expect(await decodeContent(bytes, encoding, text.length - 1)).toEqual({
        ok: false,
        reason: 'too_large',
      });
    }
  });

  it('stops a bomb long before it has unfolded', async () => {
    const zeros = Buffer.alloc(100_000_000);
    const bomb = gzipSync(zeros, { level: 1 });
    const nested = gzipSync(bomb);
    const started = process.memoryUsage().arrayBuffers;
    expect(await decodeContent(bomb, 'gzip', LIMIT)).toEqual({ ok: false, reason: 'too_large' });
    expect(await decodeContent(nested, 'gzip, gzip', LIMIT)).toEqual({ ok: false, reason: 'too_large' });
    expect(process.memoryUsage().arrayBuffers - started).toBeLessThan(10_000_000);
  });

  it('takes an empty body in any coding', async () => {
    expect(await decodeContent(Buffer.alloc(0), 'gzip, br', LIMIT)).toEqual({
      ok: true,
      bytes: Buffer.alloc(0),
    });
  });

  it('never throws, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('gzip', 'deflate', 'br'),
        async (bytes, name) => {
          const result = await decodeContent(Buffer.from(bytes), name, 1000);
          expect(result.ok ? result.bytes.length <= 1000 : result.reason).toBeTruthy();
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('isEncoded', () => {
  it.each([
    [undefined, false],
    ['', false],
    [' identity ', false],
    ['gzip', true],
    ['unheard-of', true],
  ])('%s: %s', (encoding, expected) => {
    expect(isEncoded(encoding)).toBe(expected);
  });
});
