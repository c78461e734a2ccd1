import { accessOf } from '@tributary/api-auth';
import { eventLimits } from '@tributary/event-schemas';
import { HttpProblem } from '@tributary/service-runtime';
import type { Logger } from '@tributary/service-runtime';
import type { RequestHandler } from 'express';
import { acceptEvents } from '../accept-events.ts';
import type { Publish } from '../accept-events.ts';
import { jsonBody } from './json-body.ts';
import { sendFaults } from './prefect-errors.ts';

/** `POST /events`: a list of events; 204 once Kafka has all of them. */
export function postEvents({ publish, logger }: { publish: Publish; logger: Logger }): RequestHandler {
  return async function answerPostEvents(request, response) {
    const { account, workspace } = accessOf(response);
    const body = jsonBody(request);
    if (!body.ok || body.value === undefined) {
      const fault = body.ok
        ? { type: 'missing', loc: [], msg: 'Field required', input: null }
        : { type: 'json_invalid', loc: [], msg: 'JSON decode error', input: {}, ctx: { error: body.reason } };
      sendFaults(response, { faults: [fault], body: null, bytes: body.bytes });
      return;
    }
    const result = await acceptEvents(body.value, { account, workspace, now: Date.now(), publish });
    switch (result.outcome) {
      case 'accepted':
        logger.info({ workspace, events: result.events }, 'events accepted');
        response.status(204).end();
        return;
      case 'invalid':
        sendFaults(response, { faults: result.faults, body: body.value, bytes: body.bytes });
        return;
      case 'too_large':
        throw new HttpProblem(
          413,
          `The event at index ${result.index} has ${result.bytes} bytes as it would be stored; ${eventLimits.bytes} are the most. None of the list was taken.`,
        );
      case 'unavailable':
        logger.warn({ workspace, error: result.cause }, 'events refused: Kafka does not take them');
        throw new HttpProblem(
          503,
          'The events cannot be taken now. Send the same list again: each is stored once.',
          {
            headers: { 'retry-after': '1' },
            cause: result.cause,
          },
        );
    }
  };
}
