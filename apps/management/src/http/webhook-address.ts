import { accessOf } from '@tributary/api-auth';
import { uuid } from '@tributary/event-schemas';
import { HttpProblem } from '@tributary/service-runtime';
import type { Request, Response } from 'express';
import type { WebhookAddress } from '../webhook-store.ts';

/** The id in the path, in its one normal form; 422 when it is none. */
export function idOf(request: Request): string {
  const result = uuid.safeParse(request.params['id']);
  if (result.success) return result.data;
  throw new HttpProblem(422, 'The id in the path is not a UUID.');
}

/** The webhook that the path names, in the workspace of the caller's key. */
export function addressOf(request: Request, response: Response): WebhookAddress {
  const { account, workspace } = accessOf(response);
  return { account, workspace, id: idOf(request) };
}

export function noSuchWebhook(): HttpProblem {
  return new HttpProblem(404, 'There is no webhook of this id in the workspace.');
}
