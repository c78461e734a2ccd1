import { createHmac } from 'node:crypto';
import type { HandshakeAnswer } from './handshakes/handshake.ts';
import type { Secret } from './secret.ts';

/** What a handshake is answered with, ready to send. */
export interface HandshakeResponse {
  status: 200;
  headers: Record<string, string>;
  body: string;
}

/** Fills the answer of a record. Values are as its conditions let them through: they hold no line breaks. */
export function fillAnswer(
  answer: HandshakeAnswer,
  values: Readonly<Record<string, string>>,
  secret: Secret | undefined,
): HandshakeResponse {
  const fill = (pattern: string): string =>
    pattern.replace(/\{([a-z0-9-]+)\}/g, (_, name: string) => values[name] ?? hmac(name, values, secret));
  return 'json' in answer
    ? respond(answer, fill, {
        type: 'application/json',
        body: JSON.stringify(mapValues(answer.json, fill)),
      })
    : respond(answer, fill, { type: 'text/plain; charset=utf-8', body: fill(answer.text) });
}

function respond(
  { headers = {} }: HandshakeAnswer,
  fill: (pattern: string) => string,
  { type, body }: { type: string; body: string },
): HandshakeResponse {
  const own = Object.entries(mapValues(headers, fill)).filter(([, value]) => value !== '');
  return {
    status: 200,
    headers: {
      'content-type': type,
      // What is echoed is the caller's text: no browser shall take it for a page.
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      ...Object.fromEntries(own),
    },
    body,
  };
}

function mapValues(record: Record<string, string>, map: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function hmac(
  name: string,
  { challenge }: Readonly<Record<string, string>>,
  secret: Secret | undefined,
): string {
  if (!secret || challenge === undefined || !name.startsWith('hmac-'))
    throw new TypeError(`The record answers with ${name}, which it does not have.`);
  return createHmac('sha256', secret.value)
    .update(challenge)
    .digest(name === 'hmac-hex' ? 'hex' : 'base64');
}
