import { answerHandshake } from './answer-handshake.ts';
import type { HandshakeOutcome, HandshakeRequest, KnownHandshake } from './answer-handshake.ts';
import { handshakeNames, handshakes } from './handshakes/handshakes.ts';
import type { HandshakeName } from './handshakes/handshakes.ts';
import type { Handshake } from './handshakes/handshake.ts';
import type { Secret } from './secret.ts';

/** A handshake as a webhook asks for it: its name, or an object with the secret it needs, or to turn it off. */
export type HandshakeEntry =
  | HandshakeName
  | {
      type: HandshakeName;
      enabled?: boolean;
      verify_token?: Secret;
      secret?: Secret;
      topics?: readonly string[];
    }
  | { type: 'unknown' };

export interface HandshakeOptions {
  /** The requests that the webhook takes in a minute; undefined: no limit. */
  requestsPerMinute?: number;
  /** The methods that the webhook takes. */
  methods?: readonly string[];
}

/** A webhook's handshakes, ready for requests. */
export interface PreparedHandshakes {
  /** Undefined: the request is none of them. Never throws. */
  answer: (request: HandshakeRequest) => HandshakeOutcome | undefined;
}

/**
 * Prepares the handshakes of a webhook: those that it names, and those that are on by default and not turned off. One
 * that is unknown, or lacks the secret it needs, never answers.
 */
export function prepareHandshakes(
  entries: readonly HandshakeEntry[],
  { requestsPerMinute, methods = [] }: HandshakeOptions = {},
): PreparedHandshakes {
  const given = entries.map((entry) => (typeof entry === 'string' ? { type: entry } : entry));
  const defaults = handshakeNames
    .filter((name) => handshakes[name].byDefault && !given.some(({ type }) => type === name))
    .map((type) => ({ type }));
  const known = [...given, ...defaults].flatMap((entry) => prepare(entry) ?? []);
  const constants = {
    'allowed-rate':
      requestsPerMinute === undefined ? '*' : String(Math.max(1, Math.floor(requestsPerMinute))),
    'allowed-methods': methods.join(', '),
  };
  return { answer: (request) => answerHandshake(known, request, constants) };
}

function prepare(entry: Exclude<HandshakeEntry, string>): KnownHandshake | undefined {
  if (entry.type === 'unknown' || !Object.hasOwn(handshakes, entry.type) || entry.enabled === false)
    return undefined;
  const record: Handshake = handshakes[entry.type];
  if (record.secretKey === undefined)
    return { name: entry.type, record, secret: undefined, topics: entry.topics };
  const secret = entry[record.secretKey];
  const isUsable = typeof secret?.value === 'string' && secret.value !== '';
  return isUsable ? { name: entry.type, record, secret, topics: undefined } : undefined;
}
