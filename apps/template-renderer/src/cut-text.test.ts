import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutText } from './cut-text.ts';

describe('cutText', () => {
  it('leaves a text that fits', () => {
    expect(cutText('abc', 3)).toEqual({ text: 'abc', cut: false });
    expect(cutText('é', 2)).toEqual({ text: 'é', cut: false });
  });

  it('cuts at whole characters', () => {
    expect(cutText('aé', 2)).toEqual({ text: 'a', cut: true });
    expect(cutText('a😀b', 4)).toEqual({ text: 'a', cut: true });
    expect(cutText('a😀b', 5)).toEqual({ text: 'a😀', cut: true });
  });

  it('keeps as much of the beginning as fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 20 }), (text, maxBytes) => {
        const result = cutText(text, maxBytes);
        expect(text.startsWith(result.text)).toBe(true);
        expect(Buffer.byteLength(result.text)).toBeLessThanOrEqual(maxBytes);
        if (result.cut) expect(Buffer.byteLength(result.text)).toBeGreaterThan(maxBytes - 4);
      }),
    );
  });
});
