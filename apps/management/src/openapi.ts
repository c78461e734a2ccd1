import { jsonSchema } from '@tributary/event-schemas';
import { describeApi, schemaReference, uuidParameter } from '@tributary/service-runtime';
import { schemas } from './openapi-schemas.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A call of the API, in the words of its users. */
interface Operation {
  path: string;
  method: Method;
  summary: string;
  description?: string;
  /** Status of success, and the name of the schema of its answer; null: an empty one. */
  answer: [status: number, schema: string | null];
  /** Name of the schema of the request's body. */
  body?: string;
  /** A list, which pages by cursor. */
  list?: true;
}

const WS = '/api/accounts/{account}/workspaces/{workspace}';
const BOTS = '/api/accounts/{account}/bots';

const KEEPS =
  'What the request does not name keeps its value, also inside `limits`, `deduplication`, and a `response` whose mode ' +
  'stays; lists, `schema` and the headers of a response are named as a whole. A secret that is given as ' +
  '`{"configured": true}` stays as it is: the one of its `id`, or else the one at the same place of the entry that ' +
  'names the same user, header, parameter, preset or scheme. PUT and PATCH do the same.';

const operations: Operation[] = [
  {
    path: `${WS}/webhooks`,
    method: 'post',
    summary: 'Make a webhook',
    body: 'NewWebhook',
    answer: [201, 'Webhook'],
  },
  {
    path: `${WS}/webhooks`,
    method: 'get',
    summary: 'List the webhooks',
    list: true,
    answer: [200, 'Webhooks'],
  },
  {
    path: `${WS}/webhooks/filter`,
    method: 'post',
    summary: 'List the webhooks of certain names',
    body: 'WebhookFilter',
    answer: [200, 'Webhooks'],
  },
  { path: `${WS}/webhooks/{id}`, method: 'get', summary: 'Show a webhook', answer: [200, 'Webhook'] },
  {
    path: `${WS}/webhooks/{id}`,
    method: 'put',
    summary: 'Change a webhook',
    description: KEEPS,
    body: 'WebhookChange',
    answer: [204, null],
  },
  {
    path: `${WS}/webhooks/{id}`,
    method: 'patch',
    summary: 'Change a webhook',
    description: KEEPS,
    body: 'WebhookChange',
    answer: [204, null],
  },
  { path: `${WS}/webhooks/{id}`, method: 'delete', summary: 'Delete a webhook', answer: [204, null] },
  {
    path: `${WS}/webhooks/{id}/rotate`,
    method: 'post',
    summary: 'Give a webhook a new URL; the old one is dead when this is answered',
    answer: [200, 'Webhook'],
  },
  {
    path: `${WS}/webhooks/{id}/versions`,
    method: 'get',
    summary: 'List every configuration that a webhook had, the newest first',
    list: true,
    answer: [200, 'WebhookVersions'],
  },
  {
    path: `${WS}/api-keys`,
    method: 'post',
    summary: 'Make an API key, which is shown this once',
    body: 'NewApiKey',
    answer: [201, 'CreatedApiKey'],
  },
  {
    path: `${WS}/api-keys`,
    method: 'get',
    summary: 'List the API keys',
    list: true,
    answer: [200, 'ApiKeys'],
  },
  { path: `${WS}/api-keys/{id}`, method: 'delete', summary: 'End an API key', answer: [204, null] },
  {
    path: `${WS}/audit`,
    method: 'get',
    summary: 'List who changed what and when, the newest first',
    list: true,
    answer: [200, 'AuditEntries'],
  },
  {
    path: BOTS,
    method: 'post',
    summary: 'Make a service account; its key is shown this once',
    body: 'NewServiceAccount',
    answer: [201, 'ServiceAccount'],
  },
  {
    path: BOTS,
    method: 'get',
    summary: 'List the service accounts',
    list: true,
    answer: [200, 'ServiceAccounts'],
  },
  {
    path: `${BOTS}/filter`,
    method: 'post',
    summary: 'List the service accounts of certain names',
    body: 'ServiceAccountFilter',
    answer: [200, 'ServiceAccounts'],
  },
  { path: `${BOTS}/{id}`, method: 'get', summary: 'Show a service account', answer: [200, 'ServiceAccount'] },
  {
    path: `${BOTS}/{id}`,
    method: 'patch',
    summary: 'Rename a service account',
    body: 'ServiceAccountChange',
    answer: [204, null],
  },
  {
    path: `${BOTS}/{id}`,
    method: 'delete',
    summary: 'Delete a service account, its keys, and the webhooks that name it',
    answer: [204, null],
  },
  {
    path: `${BOTS}/{id}/rotate_api_key`,
    method: 'post',
    summary: 'Give a service account a new key, which is shown this once',
    body: 'KeyRotation',
    answer: [201, 'ServiceAccount'],
  },
  {
    path: '/api/me/workspaces',
    method: 'get',
    summary: 'The workspace of the key',
    answer: [200, 'Workspaces'],
  },
];

const REFUSALS = {
  400: 'The body is no JSON.',
  401: 'There is no valid API key.',
  403: 'The key lacks a scope.',
  404: 'There is no such thing in the workspace of the key.',
  413: 'The body is too large.',
  422: 'The request cannot be accepted; `errors` says what and where.',
  503: 'The database or Kafka does not answer just now; `detail` says whether the change is saved.',
};

/** The API of this service as an OpenAPI document. */
export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    (paths[operation.path] ??= {})[operation.method] = describeOperation(operation);
  }
  return describeApi('Tributary management', {
    version,
    paths,
    schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schema)])),
  });
}

function describeOperation({ path, summary, description, answer, body, list }: Operation): object {
  const [status, schema] = answer;
  const places = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => uuidParameter(name!));
  const paging = [
    { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 200, default: 200 } },
    {
      name: 'cursor',
      in: 'query',
      description: '`x-next-cursor` of the page before',
      schema: { type: 'string' },
    },
  ];
  return {
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [...places, ...(list ? paging : [])],
    ...(body === undefined ? {} : { requestBody: { content: schemaReference(body) } }),
    responses: {
      [status]: { description: summary, ...(schema === null ? {} : { content: schemaReference(schema) }) },
      ...Object.fromEntries(
        Object.entries(REFUSALS).map(([code, reason]) => [
          code,
          { description: reason, content: schemaReference('Problem', 'application/problem+json') },
        ]),
      ),
    },
  };
}
