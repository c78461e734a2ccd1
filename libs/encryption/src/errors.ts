/**
 * `invalid_key_ring`: the specification of the keys is faulty. `unknown_key`: the text names a key that the ring does
 * not hold. `malformed`: the text is none of ours. `not_authentic`: the text, its key or its context was changed.
 */
export type EncryptionErrorCode = 'invalid_key_ring' | 'unknown_key' | 'malformed' | 'not_authentic';

/** Why something could not be encrypted or decrypted. No message ever holds a key, a plaintext or a ciphertext. */
export class EncryptionError extends Error {
  override readonly name = 'EncryptionError';
  readonly code: EncryptionErrorCode;

  constructor(code: EncryptionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
