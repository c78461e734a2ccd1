import { refuseAlways } from './authenticator.ts';
import type { Authenticator } from './authenticator.ts';
import { coversBody } from './body-digest.ts';
import { presentedKey } from './presented-key.ts';
import { REPEATED } from './request.ts';
import type { RequestView } from './request.ts';
import { signatureScheme } from './scheme.ts';
import type { CompleteScheme } from './scheme.ts';
import type { Secret } from './secret.ts';
import { decodeBytes, readSignatureHeader } from './signature-header.ts';
import type { SignatureHeader } from './signature-header.ts';
import { prepareKey } from './signature-keys.ts';
import type { SignatureKey } from './signature-keys.ts';
import { fillPattern, parsePattern } from './signed-pattern.ts';
import type { PatternPart, SignedContext } from './signed-pattern.ts';
import { isTimely } from './timestamp.ts';
import { refusal } from './verdict.ts';
import type { Refusal, Verdict } from './verdict.ts';

const missing = refusal('credentials_missing', 'The signature is missing, or what it needs to be checked.');
const repeated = refusal('signature', 'A header that the signature depends on was sent more than once.');
const malformed = refusal('signature', 'The signature is not written as this webhook expects.');
const wrong = refusal('signature', 'The signature does not match.');
const untimely = refusal('timestamp', 'The timestamp is too far from now.');
const unusable = refusal(
  'signature',
  "The webhook's signature check is not usable; its configuration has to be mended.",
);

/** A scheme with its patterns taken apart. */
interface CompiledScheme {
  scheme: CompleteScheme;
  patterns: readonly (readonly PatternPart[])[];
}

/** Schemes of presets are shared by many webhooks; each is compiled once. */
const compiled = new WeakMap<object, CompiledScheme | 'broken'>();

/** Checks signatures by a scheme. A broken scheme, or one without any usable key, refuses everything. */
export function prepareSignature(scheme: unknown, secrets: readonly Secret[]): Authenticator {
  const known = compile(scheme);
  if (known === 'broken') return refuseAlways(unusable);
  const { header, algorithm, grammar } = known.scheme;
  if (algorithm === 'token')
    return presentedKey({ in: 'header', name: header!, prefix: grammar.signature_prefix, secrets });
  const keys = secrets.flatMap(({ id, value }) => {
    const key = prepareKey(value, known.scheme);
    return key ? [{ id, key }] : [];
  });
  if (keys.length === 0) return refuseAlways(unusable);
  return { verify: (view) => check(view, known, keys) };
}

function compile(scheme: unknown): CompiledScheme | 'broken' {
  if (typeof scheme !== 'object' || scheme === null) return 'broken';
  let known = compiled.get(scheme);
  if (known === undefined) {
    known = compileScheme(scheme);
    compiled.set(scheme, known);
  }
  return known;
}

function compileScheme(scheme: object): CompiledScheme | 'broken' {
  const parsed = signatureScheme.safeParse(scheme);
  if (!parsed.success) return 'broken';
  const patterns = (parsed.data.signed ?? []).map((text) => parsePattern(text));
  return {
    scheme: parsed.data,
    patterns: patterns.map((pattern) => (pattern.ok ? pattern.parts : [])),
  };
}

function check(
  view: RequestView,
  { scheme, patterns }: CompiledScheme,
  keys: readonly { id: string; key: SignatureKey }[],
): Verdict {
  const sent = readSignature(view, scheme);
  if ('ok' in sent) return sent;
  const context = readContext(view, scheme, sent);
  if ('ok' in context) return context;
  if (scheme.body_digest && !coversBody(view, scheme.body_digest)) return wrong;
  const used = matchingKey(sent.signatures, { patterns, context, keys });
  if (typeof used !== 'string') return used;
  const timed = context.timestamp;
  if (timed !== undefined && !isTimely(timed, scheme, view.request.nowMs)) return untimely;
  return { ok: true, used: [used] };
}

function readSignature(view: RequestView, scheme: CompleteScheme): SignatureHeader | Refusal {
  if (scheme.json !== undefined) {
    const text = firstOf(view, scheme.json);
    if (text === undefined) return missing;
    const signature = decodeBytes(text, scheme.encoding);
    return signature ? { signatures: [signature], timestamp: undefined } : malformed;
  }
  const text = view.header(scheme.header!);
  if (text === undefined || text === '') return missing;
  if (text === REPEATED) return repeated;
  const sent = readSignatureHeader(text, scheme);
  return sent && sent.signatures.length > 0 ? sent : malformed;
}

function readContext(
  view: RequestView,
  scheme: CompleteScheme,
  sent: SignatureHeader,
): SignedContext | Refusal {
  const id = scheme.id_header === undefined ? undefined : view.header(scheme.id_header);
  const timestamp = readTimestamp(view, scheme, sent);
  if (id === REPEATED || timestamp === REPEATED) return repeated;
  if (timestamp === undefined && hasTimestamp(scheme)) return missing;
  return { view, timestamp, id };
}

function hasTimestamp({ timestamp_header, timestamp_json, grammar }: CompleteScheme): boolean {
  return (timestamp_header ?? timestamp_json ?? grammar.timestamp_prefix) !== undefined;
}

function readTimestamp(
  view: RequestView,
  { timestamp_header: header, timestamp_json: json }: CompleteScheme,
  sent: SignatureHeader,
): string | undefined | typeof REPEATED {
  if (header !== undefined) return view.header(header);
  return json === undefined ? sent.timestamp : firstOf(view, json);
}

/** The text at the first of the pointers that leads to one. */
function firstOf(view: RequestView, pointers: readonly string[]): string | undefined {
  for (const pointer of pointers) {
    const text = view.json(pointer);
    if (text !== undefined) return text;
  }
  return undefined;
}

interface Candidates {
  patterns: CompiledScheme['patterns'];
  context: SignedContext;
  keys: readonly { id: string; key: SignatureKey }[];
}

/** The id of the first secret that made one of the signatures, over what one of the patterns says. */
function matchingKey(
  signatures: readonly Buffer[],
  { patterns, context, keys }: Candidates,
): string | Refusal {
  let complete = false;
  for (const pattern of patterns) {
    const chunks = fillPattern(pattern, context);
    if (chunks === undefined) continue;
    complete = true;
    for (const { id, key } of keys) if (key.matches(chunks, signatures)) return id;
  }
  return complete ? wrong : missing;
}
