export { decrypt, encrypt } from './encryption.ts';
export { EncryptionError } from './errors.ts';
export type { EncryptionErrorCode } from './errors.ts';
export { createKeyRing } from './key-ring.ts';
export type { KeyRing } from './key-ring.ts';
export { isResponseSignature, signResponseUrl } from './signed-url.ts';
export type { ResponseSignature } from './signed-url.ts';
