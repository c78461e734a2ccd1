import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { EncryptionError } from './errors.ts';
import type { KeyRing } from './key-ring.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const TEXT = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)$/;

/**
 * Encrypts a text with AES-256-GCM (NIST SP 800-38D) under the ring's current key. `aad` names the place of the secret
 * (`webhook:<id>:slug`): a ciphertext moved elsewhere does not decrypt. The result is `v1.<key name>.<base64url of
 * iv, ciphertext, tag>`. The random 96-bit iv bounds a key to 2^32 encryptions, far beyond any installation's writes.
 */
export function encrypt(ring: KeyRing, plaintext: string, aad: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', ring.keys.get(ring.current)!, iv);
  cipher.setAAD(Buffer.from(aad, 'utf8'));
  const sealed = Buffer.concat([iv, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1.${ring.current}.${sealed.toString('base64url')}`;
}

/**
 * The plaintext of a text that {@link encrypt} made with the same `aad`. Throws {@link EncryptionError} `malformed`,
 * `unknown_key` or `not_authentic`.
 */
export function decrypt(ring: KeyRing, text: string, aad: string): string {
  const [, name, encoded] = TEXT.exec(text) ?? [];
  if (name === undefined || encoded === undefined) throw malformed();
  const key = ring.keys.get(name);
  if (key === undefined) {
    throw new EncryptionError(
      'unknown_key',
      `The master key ${name} is needed to decrypt this: add it to the ring.`,
    );
  }
  const sealed = Buffer.from(encoded, 'base64url');
  if (sealed.length < IV_BYTES + TAG_BYTES) throw malformed();
  // The tag's length is fixed, or a forger could ask for a short one.
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(aad, 'utf8'));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString(
      'utf8',
    );
  } catch (cause) {
    throw new EncryptionError('not_authentic', 'The secret was changed, or belongs elsewhere.', { cause });
  }
}

function malformed(): EncryptionError {
  return new EncryptionError('malformed', 'The text is no secret that was encrypted here.');
}
