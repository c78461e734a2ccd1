import { isRetryable } from '@tributary/postgres';
import { HttpProblem } from '@tributary/service-runtime';
import type { ErrorRequestHandler } from 'express';
import type { ManagementDeps } from './deps.ts';

const RETRY_AFTER = { 'retry-after': '2' };

/** Turns an outage of the database into a 503. Each endpoint that must not be repeated has settled before what became of it. */
export const databaseAway: ErrorRequestHandler = (error: unknown, _request, _response, next) => {
  if (!isRetryable(error)) {
    next(error);
    return;
  }
  next(
    new HttpProblem(
      503,
      'The database does not answer just now. Nothing is known to be changed; try again.',
      {
        headers: RETRY_AFTER,
        cause: error,
      },
    ),
  );
};

/** Resolves once a saved change is in force everywhere; throws 503 when Kafka does not take it in time. */
export async function inForce({ delivered }: Pick<ManagementDeps, 'delivered'>, key: string): Promise<void> {
  if (await delivered(key)) return;
  throw new HttpProblem(
    503,
    'The change is saved and will take effect, but Kafka has not acknowledged it yet. Nothing needs to be sent again.',
    { headers: RETRY_AFTER },
  );
}
