import { accessOf } from '@tributary/api-auth';
import { uuid } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { HttpProblem } from '@tributary/service-runtime';
import type { Request, Response } from 'express';
import { readExecution } from '../execution-reader.ts';
import type { StoredExecution } from '../execution-reader.ts';

/** The execution that a path names, in the workspace of the key. Throws 404. */
export async function executionOf(
  db: Queryable,
  request: Request,
  response: Response,
): Promise<StoredExecution> {
  const stored = await readExecution(db, accessOf(response).workspace, executionIdOf(request));
  if (!stored) throw notStored();
  return stored;
}

/** The id in the path. Throws 404: what is no UUID names no execution. */
export function executionIdOf({ params }: Request): string {
  const id = uuid.safeParse(params['id']);
  if (!id.success) throw notStored();
  return id.data;
}

export function notStored(): HttpProblem {
  return new HttpProblem(
    404,
    'There is no execution with this id in the workspace. One that was only just called may follow in a moment.',
  );
}
