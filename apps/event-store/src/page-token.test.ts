import { describe, expect, it } from '@jest/globals';
import { createPageTokens, pageTokenKey } from './page-token.ts';

const key = pageTokenKey({ PAGE_TOKEN_KEY: 'a key for the tests' });
const state = { workspace: 'w', after: { id: 'x' } };

describe('page tokens', () => {
  it('open to what was sealed, with the same key only', () => {
    const token = createPageTokens(key).seal(state);
    expect(token).toMatch(/^[\w-]+$/);
    expect(createPageTokens(key).open(token)).toEqual(state);
    expect(createPageTokens(pageTokenKey({ MASTER_KEY: 'k1:other' })).open(token)).toBeUndefined();
  });

  it('do not open with any byte changed, cut off or added', () => {
    const tokens = createPageTokens(key);
    const bytes = Buffer.from(tokens.seal(state), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index]! ^= 1;
      expect(tokens.open(changed.toString('base64url'))).toBeUndefined();
      expect(tokens.open(bytes.subarray(0, index).toString('base64url'))).toBeUndefined();
    }
    expect(tokens.open(Buffer.concat([bytes, bytes]).toString('base64url'))).toBeUndefined();
  });

  it('have one key in all instances, derived from the master key where none is given', () => {
    expect(pageTokenKey({ MASTER_KEY: 'k1:abc' })).toEqual(pageTokenKey({ MASTER_KEY: 'k1:abc' }));
    expect(pageTokenKey({ MASTER_KEY: 'k1:abc' })).not.toEqual(pageTokenKey({ MASTER_KEY: 'k1:abd' }));
  });
});
