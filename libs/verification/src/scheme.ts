import { z } from 'zod';
import { checkScheme } from './scheme-rules.ts';
import { parsePattern } from './signed-pattern.ts';

/** How a signature is made. `token` is none: the sender shows the secret itself. */
export const algorithms = [
  'hmac-sha1',
  'hmac-sha256',
  'hmac-sha384',
  'hmac-sha512',
  'ed25519',
  'ecdsa-p256-sha256',
  'rsa-sha256',
  'token',
] as const;
export type AlgorithmName = (typeof algorithms)[number];

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, 'must be the name of a header (RFC 9110, 5.1)')
  .transform((name) => name.toLowerCase());

const jsonPointer = z
  .string()
  .max(256)
  .regex(/^(?:\/(?:[^/~]|~[01])*)+$/, 'must be a JSON pointer (RFC 6901) that names a member');

/** Up to four places, of which the first that is there counts. */
const places = z
  .union([jsonPointer, z.array(jsonPointer).min(1).max(4)])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const affix = z
  .string()
  .max(64)
  .regex(/^[\x21-\x7e]*$/, 'must be visible ASCII');

const pattern = z
  .string()
  .min(1)
  .max(1024)
  .superRefine((text, context) => {
    const parsed = parsePattern(text);
    if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.message });
  });

const grammar = z.strictObject({
  separator: z
    .enum([',', ';', ' ', '|', '&'])
    .optional()
    .describe(
      'What stands between several elements of the header. Without it the whole header is one element.',
    ),
  signature_prefix: affix
    .default('')
    .describe(
      'How an element begins that holds a signature: `v1=`, `sha256=`. Of several signatures one must match.',
    ),
  timestamp_prefix: affix
    .min(1)
    .optional()
    .describe('How the element begins that holds the timestamp: `t=`.'),
});

const bodyDigest = z.strictObject({
  query: z
    .string()
    .min(1)
    .max(128)
    .describe('The query parameter that holds the SHA-256 of the body, in hex.'),
});

/** A signature scheme before the rules that span several keys. */
const keys = z.strictObject({
  algorithm: z
    .enum(algorithms)
    .describe('How the signature is made. `token`: the sender shows the secret itself, nothing is signed.'),
  encoding: z
    .enum(['hex', 'base64', 'base64url'])
    .default('hex')
    .describe('How the signature is written. Hex in either case, base64 with or without padding.'),
  header: headerName.optional().describe('The header that holds the signature or token.'),
  json: places
    .optional()
    .describe(
      'Instead of `header`: the JSON pointer to the signature in the body, or up to four, of which the first that leads to a text counts. Of a form, a field is a member.',
    ),
  grammar: grammar
    .default({ signature_prefix: '' })
    .describe('How the header is made up: see below. Without it the header is the signature.'),
  signed: z
    .union([pattern, z.array(pattern).min(1).max(4)])
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .optional()
    .describe(
      'What is signed: a pattern with placeholders (see below), or up to four patterns of which one must fit.',
    ),
  timestamp_header: headerName.optional().describe('The header that holds the time of signing.'),
  timestamp_json: places
    .optional()
    .describe('Instead of `timestamp_header`: that time in the body, in the same way as `json`.'),
  timestamp_format: z
    .enum(['seconds', 'milliseconds', 'iso8601'])
    .default('seconds')
    .describe('How that time is written: since the epoch, or as a date with an offset.'),
  tolerance_seconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(300)
    .describe('How far that time may lie in the past or in the future.'),
  id_header: headerName.optional().describe('The header that holds the id of the message, for `{id}`.'),
  body_digest: bodyDigest
    .optional()
    .describe(
      'For senders that sign the URL and put a digest of the body into it: `{ "query": "name" }` names the parameter with its SHA-256 in hex. Required of every body that `{form}` does not cover.',
    ),
  key_encoding: z
    .enum(['utf8', 'hex', 'base64', 'pem'])
    .default('utf8')
    .describe(
      'How the secret is written. A public key: `pem`, or its SPKI or raw Ed25519 bytes in hex or base64.',
    ),
  key_prefix: affix
    .min(1)
    .optional()
    .describe('What the secret may begin with, which is no part of the key: `whsec_`.'),
});

/** A scheme with its defaults. */
export type CompleteScheme = z.output<typeof keys>;

/** How a vendor signs, as data. Unknown keys are refused: a rule that is not understood must not be skipped. */
export const signatureScheme = keys.superRefine((scheme, context) => {
  // Rules between keys make sense only where each key is right by itself.
  if (context.issues.length > 0) return;
  checkScheme(scheme, (key, message) => {
    context.addIssue({ code: 'custom', path: [key], message });
  });
});

export type SignatureScheme = z.input<typeof signatureScheme>;

/** The keys of the language with what each means, as the README shows them. */
export const schemeKeys: { key: string; meaning: string }[] = describeKeys(keys.shape);
export const grammarKeys: { key: string; meaning: string }[] = describeKeys(grammar.shape);

function describeKeys(shape: Record<string, z.ZodType>): { key: string; meaning: string }[] {
  return Object.entries(shape).map(([key, type]) => ({ key, meaning: type.description ?? '' }));
}
