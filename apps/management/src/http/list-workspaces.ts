import { accessOf } from '@tributary/api-auth';
import type { RequestHandler } from 'express';
import { findWorkspace } from '../workspace-store.ts';
import type { ManagementDeps } from './deps.ts';

/** `GET /api/me/workspaces`: 200 with the workspaces that the key opens. */
export function listWorkspaces({ pool }: ManagementDeps): RequestHandler {
  return async function handleListWorkspaces(_request, response) {
    response.json(await findWorkspace(pool, accessOf(response).workspace));
  };
}
