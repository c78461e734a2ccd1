import type { EventFault } from '@tributary/event-schemas';
import type { RequestHandler, Response } from 'express';

/**
 * For the events API: what would be answered as a problem (RFC 9457) is answered as Prefect's open-source server
 * (`exception_message`) and its Cloud (`detail`) both do, whoever refuses: authentication, body parser or handler.
 */
export const prefectErrors: RequestHandler = (_request, response, next) => {
  const send = response.send.bind(response);
  response.send = (body: unknown) => {
    const isProblem = String(response.get('content-type')).startsWith('application/problem+json');
    if (!isProblem || typeof body !== 'string') return send(body);
    const { title, detail } = JSON.parse(body) as { title: string; detail: string };
    const message = response.statusCode === 401 ? title : detail;
    response.type('json');
    return send(JSON.stringify({ exception_message: message, detail }));
  };
  next();
};

/** Faults told at most, and bytes of a request that is repeated in its answer: an answer is no larger than it need be. */
const MAX_FAULTS = 100;
const MAX_ECHO_BYTES = 65_536;

/**
 * 422 in both shapes: `exception_detail` with `request_body` (open source, `server/api/server.py`), and `detail`, the
 * list of FastAPI that Cloud's clients read. `loc` of each fault is counted from the body.
 */
export function sendFaults(
  response: Response,
  { faults, body, bytes }: { faults: EventFault[]; body: unknown; bytes: number },
): void {
  const echo = bytes <= MAX_ECHO_BYTES;
  const told = faults.slice(0, MAX_FAULTS).map(({ input, ...fault }) => ({
    ...fault,
    loc: ['body', ...fault.loc],
    ...(echo ? { input: input ?? null } : {}),
  }));
  response.status(422).json({
    exception_message: 'Invalid request received.',
    exception_detail: told,
    request_body: echo ? body : null,
    detail: told.map(({ type, loc, msg }) => ({ type, loc, msg })),
  });
}
