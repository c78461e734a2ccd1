import type { SignatureScheme } from './scheme.ts';
import type { SnsScheme } from './sns.ts';

/** How one vendor signs, as a record of the scheme language. */
export interface Preset {
  /** The vendor's own name. */
  title: string;
  /** Where the vendor says how it signs. */
  documentation: string;
  /** What to give as the secret, and where it is found. */
  secret: string;
  /** What the signature covers, in words; what it leaves out can be changed by whoever captured a request. */
  signs: string;
  scheme: SignatureScheme | SnsScheme;
}
