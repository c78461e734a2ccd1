import type { Cause } from '@tributary/event-schemas';
import type { Refusal } from '@tributary/verification';
import type { Exceeded } from '../call-limits.ts';
import type { Answer } from './send-answer.ts';

const RETRY_SECONDS = '5';

/** Refusals that leave no execution: no webhook is known, or Kafka takes nothing. */
const unrecordable = ['unknown_slug', 'stale', 'kafka'] as const;
/** Why a call is refused, in one word. */
export type Refused = Cause | (typeof unrecordable)[number];

/** An answer that refuses. `message` is what the webhook's owner reads of it: it holds no slug. */
export type RefusalAnswer = Answer & { refused: Refused; message: string };

/** Whether a refusal is recorded as an execution. */
export function isRecordable(refused: Refused): refused is Cause {
  return !(unrecordable as readonly string[]).includes(refused);
}

/** Every refusal, in the order of the checks. The texts tell nothing that the caller did not know. */
export const refusals = {
  stale: retryLater('stale', 'This instance does not know the current webhooks. Try again later.'),
  notFound: refuse(404, 'unknown_slug', 'No webhook has this URL.'),
  urlTooLong: refuse(414, 'url_too_long', 'The URL is too long.'),
  handshake: (message: string) => refuse(403, 'handshake', message),
  methodNotAllowed: (allow: string) =>
    refuse(405, 'method', `This webhook takes ${allow}.`, ['allow', allow]),
  overLimit: (exceeded: Exceeded, slug: string) =>
    exceeded.limit === 'rate' ? overRate(exceeded, slug) : overConcurrency(exceeded),
  tooLarge: (limitBytes: number) =>
    refuse(413, 'body_too_large', `The body is over this webhook's limit of ${limitBytes} bytes.`),
  unknownEncoding: refuse(
    415,
    'content_encoding',
    'The content encoding is unknown: send gzip, deflate, br or none.',
    // RFC 9110, 12.5.3: what would have been taken.
    ['accept-encoding', 'gzip, deflate, br'],
  ),
  /** RFC 9112, 6.1. */
  unknownTransferCoding: refuse(
    501,
    'content_encoding',
    'The transfer encoding is unknown: send chunked or none.',
  ),
  unverified: ({ status, cause, message }: Refusal, challenge: string) =>
    refuse(status, cause, message, status === 401 ? ['www-authenticate', challenge] : undefined),
  malformedEncoding: refuse(400, 'content_encoding', 'The body is not what its Content-Encoding says.'),
  malformedJson: refuse(400, 'malformed_json', 'Received malformed JSON payload.'),
  overBound: retryLater('overloaded', 'Too many calls are in flight. Try again later.'),
  notDurable: retryLater('kafka', 'The request could not be stored. Try again later.'),
  internal: refuse(500, 'internal', 'The call failed through no fault of yours.'),
};

function refuse(
  status: number,
  refused: Refused,
  message: string,
  headers?: readonly string[],
): RefusalAnswer {
  return { status, refused, message, body: errorBody(message), ...(headers ? { headers } : {}) };
}

function retryLater(refused: Refused, message: string): RefusalAnswer {
  return refuse(503, refused, message, ['retry-after', RETRY_SECONDS]);
}

/** The fields of draft-ietf-httpapi-ratelimit-headers-10, and the words of Prismatic's document. */
function overRate(
  { perSecond, retryAfterMs }: Extract<Exceeded, { limit: 'rate' }>,
  slug: string,
): RefusalAnswer {
  const seconds = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  const text = `has exceeded maximum allowed throughput of ${perSecond} requests/second. Please throttle your requests.`;
  return {
    ...refuse(429, 'rate', `The webhook's limit of ${perSecond} requests per second was exceeded.`, [
      ...['retry-after', seconds],
      ...['ratelimit-policy', `"requests_per_second";q=${perSecond};w=1`],
      ...['ratelimit', `"requests_per_second";r=0;t=${seconds}`],
    ]),
    body: errorBody(`Endpoint with id: ${slug} ${text}`),
  };
}

function overConcurrency({ atOnce }: Extract<Exceeded, { limit: 'concurrency' }>): RefusalAnswer {
  return refuse(
    429,
    'concurrency',
    `This webhook's limit of ${atOnce} concurrent requests is reached. Try again when one has been answered.`,
    [
      ...['retry-after', '1'],
      ...['ratelimit-policy', `"concurrency";q=${atOnce};qu="concurrent-requests"`],
      ...['ratelimit', '"concurrency";r=0'],
    ],
  );
}

function errorBody(sentence: string): string {
  return JSON.stringify({ error: sentence });
}
