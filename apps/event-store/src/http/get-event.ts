import { accessOf } from '@tributary/api-auth';
import { uuid } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { HttpProblem } from '@tributary/service-runtime';
import type { RequestHandler } from 'express';
import { readEvent } from '../event-reader.ts';

/** `GET /events/{id}`. */
export function getEvent({ db }: { db: Queryable }): RequestHandler {
  return async function answerGetEvent(request, response) {
    const { workspace } = accessOf(response);
    const id = uuid.safeParse(request.params['id']);
    const document = id.success ? await readEvent(db, workspace, id.data) : undefined;
    if (document === undefined)
      throw new HttpProblem(404, 'There is no event with this id in the workspace.');
    response.type('json').send(document);
  };
}
