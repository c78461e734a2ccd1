import { MessagingError } from '@tributary/messaging';
import { HttpProblem } from '@tributary/service-runtime';
import { isOutage } from '../accept-events.ts';

/** What an error of publishing is told as: 503 while Kafka takes nothing, 413 for what it will never take. */
export function publishProblem(error: unknown, what: string): unknown {
  if (!(error instanceof MessagingError)) return error;
  if (error.code === 'record_too_large')
    return new HttpProblem(413, `${what} is too large.`, { cause: error });
  if (!isOutage(error)) return error;
  return new HttpProblem(503, `${what} cannot be taken now. Try again.`, {
    headers: { 'retry-after': '1' },
    cause: error,
  });
}
