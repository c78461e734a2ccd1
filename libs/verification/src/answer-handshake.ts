import { createHmac } from 'node:crypto';
import { matchSecrets } from './constant-time.ts';
import type { SecretMatcher } from './constant-time.ts';
import { handshakeNames, handshakes } from './handshakes/handshakes.ts';
import type { HandshakeName } from './handshakes/handshakes.ts';
import type { Condition, Handshake, HandshakeResponse } from './handshakes/handshake.ts';
import { jsonAt, parseJson } from './json-pointer.ts';
import { presets } from './presets/presets.ts';
import { headerOf, queryValueOf, REPEATED, viewRequest } from './request.ts';
import type { VerifiableRequest } from './request.ts';
import type { Secret } from './secret.ts';
import { prepareSignature } from './signature.ts';

/** A handshake as a webhook asks for it: its name, or an object with what it needs. */
export type HandshakeEntry =
  | HandshakeName
  | {
      type: HandshakeName;
      verify_token?: Secret | readonly Secret[];
      secret?: Secret | readonly Secret[];
      topics?: readonly string[];
    };

/** A request for which the body may still be unread. */
export type HandshakeRequest = Omit<VerifiableRequest, 'body'> & { body?: Buffer };

/** What comes of a request that is a handshake. */
export type HandshakeOutcome =
  /** To be answered like this; with `verifyFirst`, once the webhook's own authentication has passed it. */
  | {
      kind: 'answer';
      name: HandshakeName;
      verifyFirst: boolean;
      status: 200;
      headers: Record<string, string>;
      body: string;
    }
  /** To be refused: the token or the signature of the handshake is wrong. */
  | { kind: 'refuse'; name: HandshakeName; status: 403; message: string }
  /** To be taken like any other request. */
  | { kind: 'surface'; name: HandshakeName }
  /** It may be one; ask again with the body. */
  | { kind: 'needs_body' };

/** A webhook's handshakes, ready for requests. */
export interface PreparedHandshakes {
  /** Undefined: the request is none of them. Never throws. */
  answer: (request: HandshakeRequest) => HandshakeOutcome | undefined;
}

export interface HandshakeOptions {
  /** The requests that the webhook takes in a minute; undefined: no limit. */
  requestsPerMinute?: number;
  /** The methods that the webhook takes. */
  methods?: readonly string[];
}

/** A handshake with what a webhook gives for it. */
interface Prepared {
  name: HandshakeName;
  record: Handshake;
  secrets: Record<string, readonly Secret[]>;
  matchers: Record<string, SecretMatcher>;
  texts: Record<string, readonly string[]>;
}

/** No vendor's handshake is longer; what is, is an event. */
const MAX_BODY_BYTES = 65_536;

/**
 * Prepares the handshakes of a webhook: those that are on by default, and those it names. One whose name is unknown, or
 * that lacks what it needs, never answers.
 */
export function prepareHandshakes(
  entries: readonly HandshakeEntry[],
  { requestsPerMinute, methods = [] }: HandshakeOptions = {},
): PreparedHandshakes {
  const given = entries.map((entry) => (typeof entry === 'string' ? { type: entry } : entry));
  const defaults = handshakeNames
    .filter((name) => handshakes[name].byDefault && !given.some(({ type }) => type === name))
    .map((name) => ({ type: name }));
  const prepared = [...given, ...defaults].flatMap((entry) => prepare(entry) ?? []);
  const constants = {
    'allowed-rate':
      requestsPerMinute === undefined ? '*' : String(Math.max(1, Math.floor(requestsPerMinute))),
    'allowed-methods': methods.join(', '),
  };
  return { answer: (request) => firstOutcome(prepared, request, constants) };
}

function prepare(entry: Exclude<HandshakeEntry, string>): Prepared | undefined {
  if (!Object.hasOwn(handshakes, entry.type)) return undefined;
  const record: Handshake = handshakes[entry.type];
  const secrets: Record<string, readonly Secret[]> = {};
  const texts: Record<string, readonly string[]> = {};
  for (const [setting, kind] of Object.entries(record.settings ?? {})) {
    const value = (entry as Record<string, unknown>)[setting];
    if (kind === 'texts') {
      if (Array.isArray(value)) texts[setting] = value.filter((text) => typeof text === 'string');
      continue;
    }
    secrets[setting] = secretsOf(value);
    if (secrets[setting].length === 0) return undefined;
  }
  const matchers = Object.fromEntries(
    Object.entries(secrets).map(([setting, values]) => [setting, matchSecrets(values)]),
  );
  return { name: entry.type, record, secrets, matchers, texts };
}

function secretsOf(value: unknown): Secret[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item): item is Secret => {
    const text = (item as Partial<Secret> | undefined)?.value;
    return typeof text === 'string' && text !== '';
  });
}

function firstOutcome(
  prepared: readonly Prepared[],
  request: HandshakeRequest,
  constants: Record<string, string>,
): HandshakeOutcome | undefined {
  const read = reader(request);
  for (const handshake of prepared) {
    const outcome =
      handshake.record.method === request.method
        ? tryOne(handshake, request, { read, constants })
        : undefined;
    if (outcome) return outcome;
  }
  return undefined;
}

type Read = (condition: Condition) => string | undefined;

function reader({ query, rawHeaders, body }: HandshakeRequest): Read {
  let json: { value: unknown } | undefined;
  return (condition) => {
    if ('query' in condition) return single(queryValueOf(query, condition.query));
    if ('header' in condition) return single(headerOf(rawHeaders, condition.header));
    if (!body || body.length > MAX_BODY_BYTES) return undefined;
    // Most bodies are events: those without the text looked for are not parsed.
    if ('equals' in condition && !body.includes(condition.equals)) return undefined;
    json ??= { value: parseJson(body) };
    return jsonAt(json.value, condition.json);
  };
}

function single(value: string | undefined | typeof REPEATED): string | undefined {
  return value === REPEATED ? undefined : value;
}

function tryOne(
  handshake: Prepared,
  request: HandshakeRequest,
  { read, constants }: { read: Read; constants: Record<string, string> },
): HandshakeOutcome | undefined {
  const { name, record } = handshake;
  const values: Record<string, string> = { ...constants };
  for (const condition of record.when) {
    if ('json' in condition && request.body === undefined) return { kind: 'needs_body' };
    const held = holds(condition, read(condition), { handshake, values });
    if (held === 'refused') return refused(name);
    if (!held) return undefined;
  }
  if (record.answer === 'surface') return { kind: 'surface', name };
  const signer = signerOf(handshake, request);
  if (signer === 'refused') return refused(name);
  return {
    kind: 'answer',
    name,
    verifyFirst: record.authenticated === 'webhook',
    status: 200,
    ...respond(record.answer, values, signer),
  };
}

function refused(name: HandshakeName): HandshakeOutcome {
  return {
    kind: 'refuse',
    name,
    status: 403,
    message: `The ${name} handshake does not show the right secret.`,
  };
}

function holds(
  condition: Condition,
  value: string | undefined,
  { handshake, values }: { handshake: Prepared; values: Record<string, string> },
): boolean | 'refused' {
  if (value === undefined) return false;
  if ('equals' in condition) return value === condition.equals;
  if ('secret' in condition) return handshake.matchers[condition.secret]?.(value) ? true : 'refused';
  if ('oneOf' in condition) {
    const texts = handshake.texts[condition.oneOf];
    return texts === undefined || texts.includes(value);
  }
  if (!condition.matches.test(value)) return false;
  values[condition.as] = value;
  return true;
}

/** The secret that the answer is signed with: where the handshake is signed itself, the one that it was signed with. */
function signerOf({ record, secrets }: Prepared, request: HandshakeRequest): Secret | undefined | 'refused' {
  const own = secrets['secret'] ?? [];
  if (typeof record.authenticated === 'string') return own[0];
  const authenticator = prepareSignature(presets[record.authenticated.preset].scheme, own);
  const verdict = authenticator.verify(viewRequest({ ...request, body: request.body ?? Buffer.alloc(0) }));
  if (verdict instanceof Promise || !verdict.ok) return 'refused';
  return own.find(({ id }) => id === verdict.used[0]) ?? 'refused';
}

function respond(
  response: HandshakeResponse,
  values: Record<string, string>,
  signer: Secret | undefined,
): { headers: Record<string, string>; body: string } {
  const fill = (pattern: string): string =>
    pattern.replace(
      /\{([a-z0-9-]+)\}/g,
      (_, name: string) => values[name] ?? hmac(name, values['challenge'], signer),
    );
  const isJson = 'json' in response;
  const headers = Object.entries(response.headers ?? {}).map(([name, value]) => [name, fill(value)] as const);
  return {
    headers: {
      'content-type': isJson ? 'application/json' : 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      ...Object.fromEntries(headers.filter(([, value]) => value !== '')),
    },
    body: isJson
      ? JSON.stringify(
          Object.fromEntries(Object.entries(response.json).map(([key, value]) => [key, fill(value)])),
        )
      : fill(response.text),
  };
}

function hmac(name: string, challenge: string | undefined, signer: Secret | undefined): string {
  if (!signer || challenge === undefined)
    throw new TypeError(`The record names ${name}, which it does not have.`);
  const encoding = name === 'hmac-hex' ? 'hex' : 'base64';
  return createHmac('sha256', signer.value).update(challenge).digest(encoding);
}
