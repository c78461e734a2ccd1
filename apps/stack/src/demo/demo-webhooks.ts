/** A webhook that the first start makes, so that there is something to call. */
interface DemoDefinition {
  name: string;
  description: string;
  template: string;
  /** Arguments of `curl` before the URL. */
  curl: string;
}

/** A demo webhook as it exists. */
export interface DemoWebhook {
  name: string;
  id: string;
  url: string;
}

const definitions: readonly DemoDefinition[] = [
  {
    name: 'demo-static',
    description: 'The same event for every call.',
    template: JSON.stringify(
      {
        event: 'model.refreshed',
        resource: {
          'prefect.resource.id': 'product.models.recommendations',
          'prefect.resource.name': 'Recommendations [Products]',
          'producing-team': 'Data Science',
        },
      },
      null,
      4,
    ),
    curl: '-i',
  },
  {
    name: 'demo-dynamic',
    description: 'An event about what the form in the body names.',
    template: `{
    "event": "model.refreshed",
    "resource": {
        "prefect.resource.id": "product.models.{{ body.model }}",
        "prefect.resource.name": "{{ body.friendly_name|default(body.model) }}",
        "producing-team": "Data Science"
    }
}`,
    curl: `-i -d 'model=recommendations' -d 'friendly_name=Recommendations%20[Products]'`,
  },
  {
    name: 'demo-cloudevent',
    description: 'Any CloudEvent, as an event.',
    template: '{{ body|from_cloud_event(headers) }}',
    curl: `-i -H 'Content-Type: application/cloudevents+json' -d '{"specversion":"1.0","id":"1001","source":"/shop","type":"order.created","subject":"orders/1001","data":{"total":42}}'`,
  },
];

/** Where and as whom the API is asked. */
export interface ApiAccess {
  /** Origin at which the API is reached from here. */
  origin: string;
  /** Origin under which callers reach it; the webhooks' URLs begin with it. */
  publicUrl: string;
  account: string;
  workspace: string;
  apiKey: string;
}

/** Path of a workspace under an origin. */
export function workspacePath({ account, workspace }: Pick<ApiAccess, 'account' | 'workspace'>): string {
  return `/api/accounts/${account}/workspaces/${workspace}`;
}

/** The demo webhooks there are; with `create`, those that are missing are made. */
export async function demoWebhooks(
  access: ApiAccess,
  { create }: { create: boolean },
): Promise<DemoWebhook[]> {
  const names = definitions.map(({ name }) => name);
  const found = (await call(access, '/webhooks/filter', {
    webhooks: { name: { any_: names } },
  })) as Webhook[];
  const webhooks: DemoWebhook[] = [];
  for (const { name, description, template } of definitions) {
    let webhook = found.find((each) => each.name === name);
    if (webhook === undefined && create)
      webhook = (await call(access, '/webhooks/', { name, description, template })) as Webhook;
    if (webhook) webhooks.push({ name, id: webhook.id, url: `${access.publicUrl}/hooks/${webhook.slug}` });
  }
  return webhooks;
}

interface Webhook {
  id: string;
  name: string;
  slug: string;
}

async function call(access: ApiAccess, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${access.origin}${workspacePath(access)}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${access.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`POST ${path} was answered ${response.status}: ${await response.text()}`);
  return await response.json();
}

/** A line to paste for each of the webhooks. */
export function curlLines(webhooks: DemoWebhook[]): string[] {
  return webhooks.map(({ name, url }) => {
    const { curl } = definitions.find((each) => each.name === name)!;
    return `curl ${curl} ${url}`;
  });
}
