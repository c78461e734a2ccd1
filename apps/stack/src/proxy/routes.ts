import type { ServiceName } from '../services.ts';

/** `/api/accounts/{account}/workspaces/{workspace}`, or `/api` alone as a single-workspace installation also serves it. */
const workspace = String.raw`^/api(?:/accounts/[^/]+/workspaces/[^/]+)?`;

/** Which service answers which path: the first row that fits. The path is taken as sent, without its query. */
export const routes: readonly { path: RegExp; service: ServiceName }[] = [
  { path: /^\/hooks(?:\/|$)/, service: 'ingress' },
  { path: new RegExp(`${workspace}/(?:events|executions|replays)(?:/|$)`), service: 'event-store' },
  { path: new RegExp(`${workspace}/templates(?:/|$)`), service: 'template-renderer' },
  { path: /^\/api(?:\/|$)/, service: 'management' },
];

/** The service for a request's target; undefined when no service has such a path. */
export function serviceFor(target: string): ServiceName | undefined {
  const path = target.split('?', 1)[0]!;
  return routes.find((route) => route.path.test(path))?.service;
}
