import { jsonSchema } from '@tributary/event-schemas';
import { describeApi, schemaReference, uuidParameter } from '@tributary/service-runtime';
import { lintAnswer, lintInput } from './http/lint-template.ts';
import { renderAnswer, renderInput } from './http/render-template.ts';

const TEMPLATES = '/api/accounts/{account}/workspaces/{workspace}/templates';

/** What the calls take and answer, by name. */
const schemas = {
  Draft: renderInput,
  Rendered: renderAnswer,
  DraftToLint: lintInput,
  Findings: lintAnswer,
};
type SchemaName = keyof typeof schemas;

const operations = {
  render: {
    summary: 'What a draft of a webhook makes of a request',
    description:
      'Nothing is saved. The request is pasted (`request`) or that of a stored execution (`execution_id`; the key needs ' +
      '`executions:read` for it). The answer is 200 also when the draft fails: then `error` says why and where.',
    body: 'Draft',
    answer: 'Rendered',
  },
  lint: {
    summary: "What is wrong, or seldom meant, in a draft's templates and expressions",
    description: '`valid` is false when saving the draft would be refused.',
    body: 'DraftToLint',
    answer: 'Findings',
  },
} as const satisfies Record<
  string,
  { summary: string; description: string; body: SchemaName; answer: SchemaName }
>;

const REFUSALS = {
  400: 'The body is no JSON.',
  401: 'There is no valid API key.',
  403: 'The key lacks the scope templates:render, or executions:read for a stored execution.',
  404: 'The request of the execution is not stored in the workspace.',
  413: 'The body is too large.',
  422: 'The draft cannot be read; `errors` says what and where.',
  503: 'The stored request cannot be read just now.',
};

/** The API of this service as an OpenAPI document. */
export function openApiDocument(version: string): object {
  return describeApi('Tributary templates', {
    version,
    paths: Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [
        `${TEMPLATES}/${name}`,
        { parameters: ['account', 'workspace'].map(uuidParameter), post: describe(operation) },
      ]),
    ),
    schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schema)])),
  });
}

function describe({
  summary,
  description,
  body,
  answer,
}: (typeof operations)[keyof typeof operations]): object {
  const refusals = Object.entries(REFUSALS).map(([status, text]) => [
    status,
    { description: text, content: { 'application/problem+json': { schema: { type: 'object' } } } },
  ]);
  return {
    summary,
    description,
    requestBody: { required: true, content: schemaReference(body) },
    responses: {
      200: { description: 'OK', content: schemaReference(answer) },
      ...(Object.fromEntries(refusals) as object),
    },
  };
}
