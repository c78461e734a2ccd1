import { HttpProblem } from '@tributary/service-runtime';
import { z } from 'zod';

/** A request as a preview needs it. */
export interface StoredRequest {
  method: string;
  path: string;
  query: string;
  headers: [string, string][];
  received: string;
  body: Buffer;
}

/** The requests of stored executions: event-store's, asked for with the caller's own key. */
export interface StoredRequests {
  /** Throws an {@link HttpProblem} for an execution that the caller may not see, or that is not stored. */
  fetch: (
    of: { account: string; workspace: string; executionId: string },
    authorization: string | undefined,
  ) => Promise<StoredRequest>;
}

const TIMEOUT_MS = 10_000;

const headers = z.union([
  z.array(z.tuple([z.string(), z.string()])),
  z.record(z.string(), z.string()).transform((map): [string, string][] => Object.entries(map)),
]);

const stored = z.object({
  method: z.string(),
  path: z.string().default(''),
  query: z.string().default(''),
  headers: headers.default([]),
  received: z.string(),
  body: z.string(),
  body_encoding: z.enum(['utf-8', 'base64']).nullish(),
});

export function createStoredRequests(origin: string): StoredRequests {
  return {
    fetch: async ({ account, workspace, executionId }, authorization) => {
      const url = `${origin}/api/accounts/${account}/workspaces/${workspace}/executions/${executionId}/request?format=json`;
      const answer = await ask(url, authorization);
      if (answer.status === 404 || answer.status === 410)
        throw new HttpProblem(404, 'There is no stored request of this execution.', {
          errors: [{ pointer: '/execution_id', detail: 'names an execution whose request is not stored' }],
        });
      if (answer.status === 401 || answer.status === 403)
        throw new HttpProblem(
          403,
          'This API key may not read executions; it needs the scope executions:read.',
        );
      const result = stored.safeParse(answer.ok ? await json(answer) : undefined);
      if (!result.success) throw unavailable();
      const { body, body_encoding: encoding, ...request } = result.data;
      return { ...request, body: Buffer.from(body, encoding ?? 'utf8') };
    },
  };
}

async function ask(url: string, authorization: string | undefined): Promise<Response> {
  try {
    return await fetch(url, {
      headers: authorization === undefined ? {} : { authorization },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
  } catch (error) {
    throw unavailable(error);
  }
}

async function json(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(cause?: unknown): HttpProblem {
  const problem = new HttpProblem(503, 'The stored request cannot be read now; try again.');
  if (cause !== undefined) problem.cause = cause;
  return problem;
}
