import { describe, expect, it } from '@jest/globals';
import { serviceFor } from './routes.ts';

const ws = '/api/accounts/9e0c/workspaces/77aa';

describe('one origin', () => {
  it.each([
    ['/hooks/AERylZ_uewzpDx-8fcweHQ', 'ingress'],
    ['/hooks/slug/further/path?x=/api/events', 'ingress'],
    ['/hooks', 'ingress'],
    [`${ws}/events`, 'event-store'],
    [`${ws}/events/filter`, 'event-store'],
    [`${ws}/events/filter/next?page-token=a`, 'event-store'],
    [`${ws}/events/out`, 'event-store'],
    [`${ws}/executions/0198`, 'event-store'],
    [`${ws}/executions/filter`, 'event-store'],
    [`${ws}/replays`, 'event-store'],
    ['/api/events', 'event-store'],
    ['/api/events/in', 'event-store'],
    [`${ws}/templates/render`, 'template-renderer'],
    ['/api/templates/lint', 'template-renderer'],
    [`${ws}/webhooks/`, 'management'],
    [`${ws}/webhooks/events`, 'management'],
    [`${ws}/eventsource`, 'management'],
    ['/api/me/workspaces', 'management'],
    ['/api/health', 'management'],
    ['/api', 'management'],
    ['/api/accounts/9e0c/bots', 'management'],
    ['/', undefined],
    ['/hooksy', undefined],
    ['/apix/events', undefined],
    ['/metrics', undefined],
  ])('%s goes to %s', (path, service) => {
    expect(serviceFor(path)).toBe(service);
  });
});
