import { contextual, native } from '../runtime/callable.ts';
import type { Render } from '../runtime/render.ts';
import { PyDict } from '../values/dict.ts';
import { textOf, type Value } from '../values/types.ts';
import { fromCloudEvent } from './cloud-event.ts';

/** The workspace a render works for, where its context says so: `workspace`, or the webhook's. */
function workspaceOf(render: Render): string {
  const named = render.lookup('workspace');
  if (named !== undefined && textOf(named) !== undefined) return textOf(named) ?? '';
  const webhook = render.lookup('webhook');
  return webhook instanceof PyDict ? (textOf(webhook.get('workspace') ?? null) ?? '') : '';
}

const flowRun = /flow-runs?\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![0-9a-f-])/i;

/** Where Prefect's user interface shows the objects of each kind. */
const pages: Record<string, string> = {
  flow: 'flows/flow',
  'flow-run': 'runs/flow-run',
  'task-run': 'runs/task-run',
  deployment: 'deployments/deployment',
  'work-pool': 'work-pools/work-pool',
  'work-queue': 'work-queues/work-queue',
  automation: 'automations/automation',
  'block-document': 'blocks/block',
  'concurrency-limit': 'concurrency-limits/concurrency-limit',
  webhook: 'webhooks/webhook',
};

function resourceId(value: Value): string | undefined {
  const id = value instanceof PyDict ? (value.get('prefect.resource.id') ?? value.get('id')) : value;
  return id === undefined ? undefined : textOf(id);
}

function uiUrl(render: Render, value: Value): Value {
  const match = /^prefect(?:-cloud)?\.([a-z-]+)\.([^/?#]+)$/.exec(resourceId(value) ?? '');
  if (!match) return null;
  const [, kind = '', id = ''] = match;
  return Object.hasOwn(pages, kind)
    ? `${render.options.uiUrl}/${pages[kind]}/${encodeURIComponent(id)}`
    : null;
}

/** The filters that Prefect adds to Jinja2's. */
export const prefectFilters = [
  contextual('from_cloud_event(body, headers=None)', (render, body: Value, headers: Value) =>
    fromCloudEvent(body, headers instanceof PyDict ? headers : undefined, workspaceOf(render)),
  ),
  native(
    'flow_run_id(value)',
    (_r, value: Value) => flowRun.exec(textOf(value) ?? '')?.[1]?.toLowerCase() ?? null,
  ),
  native('ui_url(value)', uiUrl),
  native('ui_resource_events_url(value)', (render, value: Value) => {
    const id = resourceId(value);
    return id === undefined ? null : `${render.options.uiUrl}/events?resource=${encodeURIComponent(id)}`;
  }),
];
