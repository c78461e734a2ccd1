import { parseJson } from '@tributary/event-schemas';
import { matchSecrets } from './constant-time.ts';
import { fillAnswer } from './handshake-response.ts';
import type { HandshakeResponse } from './handshake-response.ts';
import type { HandshakeName } from './handshakes/handshakes.ts';
import type { Condition, Handshake } from './handshakes/handshake.ts';
import { jsonAt } from './json-pointer.ts';
import { isPresetName, presets } from './presets/presets.ts';
import { headerOf, queryValueOf, REPEATED, viewRequest } from './request.ts';
import type { VerifiableRequest } from './request.ts';
import type { Secret } from './secret.ts';
import { prepareSignature } from './signature.ts';

/** A request of which the body may still be unread. */
export type HandshakeRequest = Omit<VerifiableRequest, 'body'> & { body?: Buffer };

/** What comes of a request that is a handshake. */
export type HandshakeOutcome =
  /** To be answered like this; with `verifyFirst`, once the webhook's own authentication has passed it. */
  | ({ kind: 'answer'; name: HandshakeName; verifyFirst: boolean } & HandshakeResponse)
  /** To be refused: it does not show the right secret, or is about something that the webhook does not list. */
  | { kind: 'refuse'; name: HandshakeName; status: 403; message: string }
  /** To be taken like any other request. */
  | { kind: 'surface'; name: HandshakeName }
  /** It may be one: ask again with the body. */
  | { kind: 'needs_body' };

/** A record with what a webhook gives for it. */
export interface KnownHandshake {
  name: HandshakeName;
  record: Handshake;
  secret: Secret | undefined;
  /** The only topics that are subscribed to; undefined: any. */
  topics: readonly string[] | undefined;
}

/** No vendor's handshake is longer; what is, is an event. */
const MAX_BODY_BYTES = 65_536;

/** What comes of a request by the first of the handshakes that it is. `constants` are known to every answer. */
export function answerHandshake(
  known: readonly KnownHandshake[],
  request: HandshakeRequest,
  constants: Readonly<Record<string, string>>,
): HandshakeOutcome | undefined {
  const read = readerOf(request);
  for (const handshake of known) {
    if (handshake.record.method !== request.method) continue;
    const outcome = tryOne(handshake, request, { read, constants });
    if (outcome) return outcome;
  }
  return undefined;
}

type Read = (condition: Condition) => string | undefined;

function readerOf({ query, rawHeaders, body }: HandshakeRequest): Read {
  let json: { value: unknown } | undefined;
  return (condition) => {
    if ('query' in condition) return once(queryValueOf(query, condition.query));
    if ('header' in condition) return once(headerOf(rawHeaders, condition.header));
    if (!body || body.length > MAX_BODY_BYTES) return undefined;
    // Most bodies are events: those without the text looked for are not parsed.
    if ('equals' in condition && !body.includes(condition.equals)) return undefined;
    json ??= { value: parseJson(body.toString()) };
    return jsonAt(json.value, condition.json);
  };
}

function once(value: string | undefined | typeof REPEATED): string | undefined {
  return value === REPEATED ? undefined : value;
}

interface Trying {
  read: Read;
  constants: Readonly<Record<string, string>>;
}

function tryOne(
  handshake: KnownHandshake,
  request: HandshakeRequest,
  { read, constants }: Trying,
): HandshakeOutcome | undefined {
  const { name, record, secret, topics } = handshake;
  const values: Record<string, string> = { ...constants };
  for (const condition of record.when) {
    if ('json' in condition && request.body === undefined) return { kind: 'needs_body' };
    const value = read(condition);
    if (value === undefined) return undefined;
    if ('equalsSecret' in condition) {
      if (!secret || !matchSecrets([secret])(value)) return refuse(name, NO_SECRET);
    } else if ('equals' in condition) {
      if (value !== condition.equals) return undefined;
    } else if (condition.matches.test(value)) {
      if (condition.among && topics && !topics.includes(value)) return refuse(name, NOT_LISTED);
      values[condition.as] = value;
    } else return undefined;
  }
  if (record.answer === 'surface') return { kind: 'surface', name };
  if (record.authenticated === 'secret signs' && !isSigned(handshake, request))
    return refuse(name, NO_SECRET);
  const verifyFirst = record.authenticated === 'as any request';
  return { kind: 'answer', name, verifyFirst, ...fillAnswer(record.answer, values, secret) };
}

const NO_SECRET = 'does not show the right secret';
const NOT_LISTED = 'is about a topic that the webhook does not list';

function refuse(name: HandshakeName, why: string): HandshakeOutcome {
  return { kind: 'refuse', name, status: 403, message: `The ${name} handshake ${why}.` };
}

function isSigned(
  { name, secret }: KnownHandshake,
  { body = Buffer.alloc(0), ...rest }: HandshakeRequest,
): boolean {
  if (!isPresetName(name) || !secret) return false;
  const verdict = prepareSignature(presets[name].scheme, [secret]).verify(viewRequest({ ...rest, body }));
  return !(verdict instanceof Promise) && verdict.ok;
}
