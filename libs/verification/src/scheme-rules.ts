import type { AlgorithmName, CompleteScheme } from './scheme.ts';
import { parsePattern } from './signed-pattern.ts';

/** Says what is wrong with a scheme, and at which key. */
export type Report = (key: keyof CompleteScheme, message: string) => void;

/** The rules that span several keys of a scheme. */
export function checkScheme(scheme: CompleteScheme, report: Report): void {
  checkPlaces(scheme, report);
  if (scheme.algorithm === 'token') checkToken(scheme, report);
  else checkSigned(scheme, report);
}

function checkPlaces(scheme: CompleteScheme, report: Report): void {
  if ((scheme.header === undefined) === (scheme.json === undefined))
    report('header', 'exactly one of header and json says where the signature is');
  if (
    scheme.json !== undefined &&
    (scheme.grammar.separator ?? scheme.grammar.timestamp_prefix) !== undefined
  )
    report('grammar', 'only a header has elements');
  if (timestampSources(scheme) > 1)
    report('timestamp_header', 'there is more than one place for the timestamp');
  if (scheme.grammar.timestamp_prefix !== undefined && scheme.grammar.separator === undefined)
    report('grammar', 'a timestamp beside the signature needs a separator');
}

function checkToken(scheme: CompleteScheme, report: Report): void {
  if (scheme.header === undefined) report('header', 'a token stands in a header, from which it can be cut');
  if (scheme.signed !== undefined) report('signed', 'a token signs nothing');
  if (
    timestampSources(scheme) > 0 ||
    scheme.grammar.separator !== undefined ||
    scheme.body_digest !== undefined
  )
    report('algorithm', 'a token has neither a timestamp nor elements nor a digest');
  if (scheme.key_encoding !== 'utf8') report('key_encoding', 'a token is compared as it stands');
}

function checkSigned(scheme: CompleteScheme, report: Report): void {
  if (scheme.signed === undefined) return report('signed', 'is required');
  // Each pattern is enough by itself, so each has to cover what the rules ask for.
  for (const text of scheme.signed) checkPattern(text, scheme, report);
  if (isAsymmetric(scheme.algorithm) && scheme.key_encoding === 'utf8')
    report('key_encoding', 'a public key is written in pem, base64 or hex');
  if (!isAsymmetric(scheme.algorithm) && scheme.key_encoding === 'pem')
    report('key_encoding', 'a shared secret is written in utf8, base64 or hex');
}

function checkPattern(text: string, scheme: CompleteScheme, report: Report): void {
  const parsed = parsePattern(text);
  const parts = parsed.ok ? parsed.parts : [];
  const uses = (name: string): boolean =>
    parts.some((part) => typeof part !== 'string' && part.name === name);
  if (!['body', 'form', 'json', 'url', 'query'].some(uses))
    report('signed', 'covers nothing that the sender says: add {body}, {form}, {json:...}, {query} or {url}');
  if (uses('id') !== (scheme.id_header !== undefined)) report('id_header', '{id} and id_header go together');
  if (uses('timestamp') && timestampSources(scheme) === 0)
    report('timestamp_header', '{timestamp} needs a place where the timestamp is');
  const covered = uses('timestamp') || (scheme.timestamp_json !== undefined && uses('body'));
  if (timestampSources(scheme) > 0 && !covered)
    report('timestamp_header', 'a timestamp that is not signed protects from nothing');
}

function isAsymmetric(algorithm: AlgorithmName): boolean {
  return algorithm === 'ed25519' || algorithm === 'ecdsa-p256-sha256' || algorithm === 'rsa-sha256';
}

function timestampSources(scheme: CompleteScheme): number {
  return [scheme.timestamp_header, scheme.timestamp_json, scheme.grammar.timestamp_prefix].filter(
    (source) => source !== undefined,
  ).length;
}
