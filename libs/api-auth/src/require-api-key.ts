import { uuid } from '@tributary/event-schemas';
import type { AccessRecord, Scope } from '@tributary/event-schemas';
import type { Request, RequestHandler, Response } from 'express';
import type { ApiKeyLookup } from './directory.ts';

/**
 * Express middleware that lets a request pass with a valid API key in `Authorization: Bearer` (RFC 6750): 401 without
 * one, 403 when it lacks a scope. Where the path names `:account` and `:workspace`, they must be the key's: anything
 * else, whether it exists or not, is 404, so that a key learns nothing of other workspaces. The routes' parameters must
 * be visible (`mergeParams` on a nested router). {@link accessOf} then gives the key's record.
 */
export function requireApiKey(
  lookup: ApiKeyLookup,
  { scope = [] }: { scope?: Scope | readonly Scope[] } = {},
): RequestHandler {
  const needed = typeof scope === 'string' ? [scope] : scope;
  return async function checkApiKey(request, response, next) {
    const key = bearerToken(request.headers.authorization);
    if (key === undefined) {
      refuse(response, 401, 'This needs an API key: send it as "Authorization: Bearer <key>".');
      return;
    }
    const access = await lookup.find(key);
    if (!access) {
      refuse(response, 401, 'The API key is not known here, or it has expired or been deleted.');
      return;
    }
    if (!isWorkspaceOf(access, request)) {
      refuse(response, 404, 'There is no such workspace for this API key.');
      return;
    }
    const missing = needed.filter((name) => !access.scopes.includes(name));
    if (missing.length > 0) {
      refuse(response, 403, `The API key lacks the scope ${missing.join(', ')}.`);
      return;
    }
    response.locals['access'] = access;
    next();
  };
}

/** The record of the key that {@link requireApiKey} let pass. */
export function accessOf(response: Response): AccessRecord {
  const access = response.locals['access'] as AccessRecord | undefined;
  if (!access) throw new Error('accessOf was called on a route without requireApiKey');
  return access;
}

function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(header ?? '')?.[1];
}

function isWorkspaceOf(access: AccessRecord, { params }: Request): boolean {
  const { account, workspace } = params;
  return matches(account, access.account) && matches(workspace, access.workspace);
}

function matches(text: string | string[] | undefined, id: string): boolean {
  return text === undefined || uuid.safeParse(text).data === id;
}

const TITLES = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' } as const;

/** RFC 9457, as every service answers. */
function refuse(response: Response, status: keyof typeof TITLES, detail: string): void {
  if (status === 401) response.set('www-authenticate', 'Bearer realm="tributary"');
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: TITLES[status], status, detail }));
}
