import type { Event, Execution, Webhook, WebhookInput } from '@tributary/event-schemas';
import { eventually } from '@tributary/testing';
import type { SystemDescription } from './system.ts';

export const system = JSON.parse(process.env['E2E_SYSTEM'] ?? '{}') as SystemDescription;
/** `{ws}` of the API's paths. */
export const workspaceUrl = `${system.api_url}/accounts/${system.account}/workspaces/${system.workspace}`;

/** A call of the workspace's API with its key. */
export function api(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${workspaceUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${system.api_key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export type TestWebhook = Webhook & { url: string };

/** A new webhook of its own for a test, known to the ingress when this returns. */
export async function createWebhook(
  settings: Pick<WebhookInput, 'template'> & Partial<WebhookInput>,
): Promise<TestWebhook> {
  const response = await api('POST', '/webhooks/', { name: `test ${Math.random()}`, ...settings });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  const webhook = (await response.json()) as Webhook;
  const url = `${system.url}/hooks/${webhook.slug}`;
  if (webhook.enabled) await known(url);
  return { ...webhook, url };
}

/** Resolves when the ingress knows a slug. A method that no webhook takes asks without leaving an execution. */
export async function known(url: string): Promise<void> {
  await eventually(async () => {
    if ((await fetch(url, { method: 'OPTIONS' })).status === 404)
      throw new Error('the webhook is not known yet');
  });
}

/** The execution of an answered call, once it is stored with its outcome. */
export function executionOf(answer: Response): Promise<Execution> {
  const id = answer.headers.get('x-execution-id');
  return eventually(async () => {
    const response = await api('GET', `/executions/${id}`);
    if (response.status !== 200) throw new Error(`execution ${id}: ${response.status}`);
    const execution = (await response.json()) as Execution;
    if (execution.outcome === 'pending') throw new Error(`execution ${id} is pending`);
    return execution;
  });
}

/** A filter's range for events that say they occurred long ago: without one, it is the last 180 days. */
export const anyTime = { since: '2000-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' };

/** The events that a call made, in order, once they are stored. */
export async function eventsOf(answer: Response): Promise<Event[]> {
  const { events } = await executionOf(answer);
  if (events.length === 0) return [];
  return eventually(async () => {
    const response = await api('POST', '/events/filter', {
      filter: { id: { id: events }, occurred: anyTime },
    });
    const page = (await response.json()) as { events: Event[] };
    if (page.events.length !== events.length)
      throw new Error(`${page.events.length} of ${events.length} events are stored`);
    return events.map((id) => page.events.find((event) => event.id === id)!);
  });
}

/** The one event that a call made. */
export async function eventOf(answer: Response): Promise<Event> {
  const events = await eventsOf(answer);
  if (events.length !== 1) throw new Error(`the call made ${events.length} events`);
  return events[0]!;
}
