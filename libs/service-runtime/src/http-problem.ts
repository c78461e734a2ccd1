import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from './logger.ts';

/** One fault in a request: where, as a JSON pointer (RFC 6901), and what. Templates add line and column, from 1. */
export interface ProblemDetail {
  pointer?: string;
  detail: string;
  line?: number;
  column?: number;
}

/** An answer of RFC 9457 (`application/problem+json`), thrown by a handler. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly title: string;
  readonly errors: ProblemDetail[] | undefined;
  readonly headers: Record<string, string>;

  /** `detail` is a sentence that says what happened and what to do. */
  constructor(
    status: number,
    detail: string,
    options: { errors?: ProblemDetail[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.status = status;
    this.title = TITLES[status] ?? 'Error';
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Writes a problem as the answer. */
export function sendProblem(
  response: Response,
  { status, title, message, errors, headers }: HttpProblem,
): void {
  response
    .status(status)
    .set(headers)
    .type('application/problem+json')
    .send(
      JSON.stringify({ type: 'about:blank', title, status, detail: message, ...(errors ? { errors } : {}) }),
    );
}

/** The last route: what no other route took. The path is not repeated: it may hold a secret. */
export const notFound: RequestHandler = (_request, response) => {
  sendProblem(response, new HttpProblem(404, 'Nothing is served at this path with this method.'));
};

/** The one place where thrown errors become answers. What is not a problem of the request is logged and told as 500. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return function answerError(error: unknown, _request, response, next) {
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(response, toProblem(error, logger));
  };
}

interface RequestError {
  type?: string;
  message: string;
  limit?: number;
}

function sentence({ type, message, limit }: RequestError): string {
  if (type === 'entity.parse.failed') return `The body is not valid JSON: ${message}`;
  if (type === 'entity.too.large') return `The body has more than ${limit} bytes.`;
  return message;
}

function toProblem(error: unknown, logger: Logger): HttpProblem {
  if (error instanceof HttpProblem) return error;
  // body-parser's errors carry a status and a type (https://github.com/expressjs/body-parser#errors).
  const { status } = error as { status?: number };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new HttpProblem(status, sentence(error as RequestError), { cause: error });
  logger.error({ error }, 'request failed');
  return new HttpProblem(
    500,
    'The request failed through no fault of yours. It was logged; try again later.',
    { cause: error },
  );
}
