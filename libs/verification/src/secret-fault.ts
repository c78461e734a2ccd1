import { presets, isPresetName } from './presets/presets.ts';
import { signatureScheme } from './scheme.ts';
import { prepareKey } from './signature-keys.ts';
import { isSnsScheme, isTopicArn } from './sns.ts';

/** Where a secret is to be used: an entry of a webhook's authentication. */
export interface SecretUse {
  type: string;
  in?: 'header' | 'query' | undefined;
  preset?: string | undefined;
  scheme?: unknown;
}

/** White space at the ends of a header's value is no part of it, and control characters cannot stand in it (RFC 9110, 5.5). */
const NO_HEADER_VALUE = /^[ \t]|[ \t]$|[^\P{Cc}\t]/u;
/** RFC 6750, 2.1, takes even less. */
const NO_BEARER_KEY = /[\s\p{Cc}]/u;

/**
 * Why nobody could ever be let in with a secret, in a sentence for who sets it; undefined when somebody can. An entry that is
 * not understood is no matter of its secrets.
 */
export function secretFault(
  { type, in: place, preset, scheme }: SecretUse,
  secret: string,
): string | undefined {
  if (type === 'bearer' && NO_BEARER_KEY.test(secret)) return 'A bearer key holds no white space.';
  if (type === 'api_key' && place === 'header') return headerFault(secret);
  if (type !== 'signature') return undefined;
  if (preset === undefined) return schemeFault(scheme, secret);
  if (!isPresetName(preset)) return undefined;
  const { scheme: known, secret: expected } = presets[preset];
  const fault = isSnsScheme(known) ? topicFault(secret) : schemeFault(known, secret);
  return fault && `${fault} Expected: ${expected}`;
}

function headerFault(secret: string): string | undefined {
  return NO_HEADER_VALUE.test(secret)
    ? 'No header can hold this: it has white space at an end, or control characters.'
    : undefined;
}

function topicFault(secret: string): string | undefined {
  return isTopicArn(secret) ? undefined : 'This is no ARN of a topic.';
}

function schemeFault(scheme: unknown, secret: string): string | undefined {
  const { data } = signatureScheme.safeParse(scheme);
  if (data === undefined) return undefined;
  if (data.algorithm === 'token') return headerFault(secret);
  return prepareKey(secret, data) === undefined
    ? `This is no key for ${data.algorithm} in ${data.key_encoding}.`
    : undefined;
}
