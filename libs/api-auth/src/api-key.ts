import { createHash, randomBytes } from 'node:crypto';

/** A new API key: `tbk_` and 256 random bits in base64url. The prefix lets scanners of leaked secrets find it. */
export function generateApiKey(): string {
  return `tbk_${randomBytes(32).toString('base64url')}`;
}

/** SHA-256 of a key, in hex: all that is ever stored of it. A slow hash guards weak secrets; these are random. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}
