import { createPrivateKey, randomUUID } from 'node:crypto';
import { parseJson } from '@tributary/event-schemas';
import { sha256 } from './constant-time.ts';
import { setAt } from './json-pointer.ts';
import { isPresetName, presets } from './presets/presets.ts';
import type { PresetName } from './presets/presets.ts';
import { isForm, viewRequest } from './request.ts';
import type { RequestView } from './request.ts';
import { signatureScheme } from './scheme.ts';
import type { CompleteScheme, SignatureScheme } from './scheme.ts';
import { signWith } from './signature-keys.ts';
import { fillPattern, parsePattern } from './signed-pattern.ts';
import { isSnsScheme, signSnsMessage } from './sns.ts';
import type { SnsScheme } from './sns.ts';
import { writeTimestamp } from './timestamp.ts';

export interface SigningOptions {
  /** The shared secret, or the private key in PEM where the scheme verifies with a public key (and for SNS). */
  secret: string;
  method?: string;
  /** The public URL with path and query. */
  url: string;
  /** Headers that the request has anyway; the content type matters where forms are signed. */
  headers?: Readonly<Record<string, string>>;
  body?: Buffer | string;
  /** The time of signing, in milliseconds since the epoch. */
  now?: number;
  /** The id of the message, where one is signed. */
  id?: string;
}

/** A request as its sender would send it. */
export interface SignedRequest {
  method: string;
  /** With what the sender adds to the query. */
  url: string;
  /** The given headers and those that sign. */
  headers: Record<string, string>;
  /** Changed where the signature or its timestamp stands in the body. */
  body: Buffer;
}

/**
 * Signs a request as a vendor does: for tests of webhooks, on the command line and in the console. Throws when the preset
 * is unknown, the scheme broken, the key of the wrong kind, or the request lacks what is signed.
 */
export function signRequest(
  presetOrScheme: PresetName | SignatureScheme,
  options: SigningOptions,
): SignedRequest {
  const scheme = typeof presetOrScheme === 'string' ? presetScheme(presetOrScheme) : presetOrScheme;
  const request: SignedRequest = {
    method: options.method ?? 'POST',
    url: options.url,
    headers: { ...options.headers },
    body: Buffer.from(options.body ?? ''),
  };
  const now = options.now ?? Date.now();
  return isSnsScheme(scheme)
    ? signSns(scheme, request, { secret: options.secret, now })
    : signByScheme(signatureScheme.parse(scheme), request, { ...options, now });
}

function presetScheme(name: string): SignatureScheme | SnsScheme {
  if (!isPresetName(name)) throw new TypeError(`There is no preset named ${name}.`);
  return presets[name].scheme;
}

function signByScheme(
  scheme: CompleteScheme,
  unsigned: SignedRequest,
  { secret, now, id = `msg_${randomUUID()}` }: SigningOptions & { now: number },
): SignedRequest {
  if (scheme.algorithm === 'token')
    return withHeader(unsigned, scheme.header!, scheme.grammar.signature_prefix + secret);
  const timestamp = writeTimestamp(now, scheme.timestamp_format);
  const request = withParts(scheme, unsigned, { timestamp, id });
  const pattern = parsePattern(patternFor(request, scheme.signed!));
  const chunks = pattern.ok
    ? fillPattern(pattern.parts, { view: viewOf(request), timestamp, id })
    : undefined;
  if (!chunks) throw new TypeError('The request lacks something that is to be signed.');
  const signature = signWith(secret, scheme, chunks).toString(scheme.encoding);
  if (scheme.json !== undefined) return withMembers(request, { [placeFor(request, scheme.json)]: signature });
  const { separator = '', signature_prefix: prefix, timestamp_prefix: timestampPrefix } = scheme.grammar;
  const elements = [prefix + signature];
  if (timestampPrefix !== undefined) elements.unshift(timestampPrefix + timestamp);
  return withHeader(request, scheme.header!, elements.join(separator));
}

/** Everything but the signature. */
function withParts(
  scheme: CompleteScheme,
  unsigned: SignedRequest,
  { timestamp, id }: { timestamp: string; id: string },
): SignedRequest {
  let request = unsigned;
  if (scheme.timestamp_header !== undefined)
    request = withHeader(request, scheme.timestamp_header, timestamp);
  if (scheme.id_header !== undefined) request = withHeader(request, scheme.id_header, id);
  const members = bodyMembers(scheme, request, timestamp);
  if (Object.keys(members).length > 0) request = withMembers(request, members);
  if (scheme.body_digest && request.body.length > 0 && !isForm(viewOf(request))) {
    const digest = `${scheme.body_digest.query}=${sha256(request.body).toString('hex')}`;
    request = { ...request, url: request.url + (request.url.includes('?') ? '&' : '?') + digest };
  }
  return request;
}

/** A form has no members within members: of several places or patterns, those for a form name its fields only. */
const isField = (pointer: string): boolean => pointer.lastIndexOf('/') === 0;

function placeFor(request: SignedRequest, pointers: readonly string[]): string {
  const found = isForm(viewOf(request)) ? pointers.find(isField) : pointers[0];
  if (found === undefined) throw new TypeError('A form cannot hold what the scheme looks for.');
  return found;
}

function patternFor(request: SignedRequest, patterns: readonly string[]): string {
  if (!isForm(viewOf(request))) return patterns[0]!;
  return patterns.find((text) => pointersOf(text).every(isField)) ?? patterns[0]!;
}

function pointersOf(text: string): string[] {
  const pattern = parsePattern(text);
  return (pattern.ok ? pattern.parts : []).flatMap((part) =>
    typeof part !== 'string' && part.name === 'json' ? [part.argument] : [],
  );
}

/** Members of the body that the scheme refers to: the timestamp, and random texts for what is not there. */
function bodyMembers(
  scheme: CompleteScheme,
  request: SignedRequest,
  timestamp: string,
): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const pointer of pointersOf(patternFor(request, scheme.signed!)))
    if (viewOf(request).json(pointer) === undefined) members[pointer] = randomUUID();
  if (scheme.timestamp_json !== undefined)
    members[placeFor(request, scheme.timestamp_json)] =
      scheme.timestamp_format === 'milliseconds' ? Number(timestamp) : timestamp;
  return members;
}

function signSns(
  scheme: SnsScheme,
  request: SignedRequest,
  { secret, now }: { secret: string; now: number },
): SignedRequest {
  const given = objectOf(request.body);
  const region = /^arn:[^:]*:sns:([^:]*):/.exec(String(given['TopicArn']))?.[1] ?? 'us-east-1';
  const message: Record<string, unknown> = {
    Type: 'Notification',
    MessageId: randomUUID(),
    Timestamp: writeTimestamp(now, 'iso8601'),
    SignatureVersion: '2',
    SigningCertURL: `https://sns.${region}.amazonaws.com/SimpleNotificationService-${'0'.repeat(32)}.pem`,
    ...given,
  };
  message['Signature'] = signSnsMessage(scheme, message, createPrivateKey(secret));
  const body = Buffer.from(JSON.stringify(message));
  return { ...withHeader(request, 'x-amz-sns-message-type', String(message['Type'])), body };
}

function withHeader(request: SignedRequest, name: string, value: string): SignedRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}

function withMembers(request: SignedRequest, members: Record<string, unknown>): SignedRequest {
  if (isForm(viewOf(request))) {
    const form = new URLSearchParams(request.body.toString());
    for (const [pointer, member] of Object.entries(members)) form.set(pointer.slice(1), String(member));
    return { ...request, body: Buffer.from(form.toString()) };
  }
  const value = objectOf(request.body);
  for (const [pointer, member] of Object.entries(members)) setAt(value, pointer, member);
  return { ...request, body: Buffer.from(JSON.stringify(value)) };
}

function objectOf(body: Buffer): Record<string, unknown> {
  const value = body.length === 0 ? {} : parseJson(body.toString());
  if (typeof value !== 'object' || value === null) throw new TypeError('The body has to be a JSON object.');
  return value as Record<string, unknown>;
}

function viewOf({ method, url, headers, body }: SignedRequest): RequestView {
  const { pathname, search } = new URL(url);
  return viewRequest({
    method,
    url,
    path: pathname,
    query: search.slice(1),
    rawHeaders: Object.entries(headers).flat(),
    body,
    nowMs: 0,
  });
}
