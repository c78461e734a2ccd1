import type { Answer } from './send-answer.ts';

const RETRY_SECONDS = '5';

/** Every refusal, in the order of the checks. The texts tell nothing that the caller did not know. */
export const refusals = {
  urlTooLong: { status: 414, refused: 'url', body: errorBody('The URL is too long.') },
  stale: retryLater('stale', 'This instance does not know the current webhooks. Try again later.'),
  notFound: { status: 404, refused: 'unknown_slug', body: errorBody('No webhook has this URL.') },
  methodNotAllowed: (allow: string): Answer => ({
    status: 405,
    refused: 'method',
    headers: ['allow', allow],
    body: errorBody(`This webhook takes ${allow}.`),
  }),
  tooLarge: (limitBytes: number): Answer => ({
    status: 413,
    refused: 'body_too_large',
    body: errorBody(`The body is over this webhook's limit of ${limitBytes} bytes.`),
  }),
  unknownEncoding: {
    status: 415,
    refused: 'content_encoding',
    // RFC 9110, 12.5.3: what would have been taken.
    headers: ['accept-encoding', 'gzip, deflate, br'],
    body: errorBody('The content encoding is unknown: send gzip, deflate, br or none.'),
  },
  malformedEncoding: {
    status: 400,
    refused: 'malformed_encoding',
    body: errorBody('The body is not what its Content-Encoding says.'),
  },
  malformedJson: {
    status: 400,
    refused: 'malformed_json',
    body: errorBody('Received malformed JSON payload.'),
  },
  overBound: retryLater('in_flight', 'Too many calls are in flight. Try again later.'),
  notDurable: retryLater('kafka', 'The request could not be stored. Try again later.'),
  internal: {
    status: 500,
    refused: 'internal',
    body: errorBody('The call failed through no fault of yours.'),
  },
} satisfies Record<string, Answer | ((argument: never) => Answer)>;

function retryLater(refused: string, sentence: string): Answer {
  return { status: 503, refused, headers: ['retry-after', RETRY_SECONDS], body: errorBody(sentence) };
}

function errorBody(sentence: string): string {
  return JSON.stringify({ error: sentence });
}
