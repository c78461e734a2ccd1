import { randomUUID } from 'node:crypto';
import { accessOf } from '@tributary/api-auth';
import { parseBody } from '@tributary/body-parsing';
import { capturedRequest, webhookLimits, webhookMethods } from '@tributary/event-schemas';
import type { CapturedRequest } from '@tributary/event-schemas';
import type { Environment } from '@tributary/templating';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { renderExecution } from '../render-execution.ts';
import type { Clock } from '../steps.ts';
import { parseInput } from './parse-input.ts';

const NO_WEBHOOK = '00000000-0000-0000-0000-000000000000';

/** Headers as a map, or as pairs where one is repeated. */
const headers = z.union([
  z.array(z.tuple([z.string(), z.string()])),
  z.record(z.string(), z.string()).transform((map): [string, string][] => Object.entries(map)),
]);

const input = z.strictObject({
  template: z.string().min(1).max(webhookLimits.templateLength),
  template_mode: z.enum(['jinja2']).default('jinja2'),
  request: z
    .strictObject({
      method: z.enum(webhookMethods).default('POST'),
      headers: headers.default([]),
      /** The body as text, or its bytes in base64. */
      body: z.string().default(''),
      body_encoding: z.enum(['base64']).nullable().default(null),
      path: z.string().default(''),
      query: z.string().default(''),
    })
    .prefault({}),
});

/**
 * `POST {ws}/templates/render`: what a template makes of a request, without saving either. The answer is 200 also when
 * the template fails: then `outcome` is `failed` and `error` says why and where; `events` are what would be emitted.
 */
export function renderTemplate({
  environment,
  now,
  publicUrl,
}: {
  environment: Environment;
  now: Clock;
  publicUrl: string;
}): RequestHandler {
  return (request, response) => {
    const { template, request: draft } = parseInput(input, request.body);
    const { account, workspace } = accessOf(response);
    const captured: CapturedRequest = capturedRequest.parse({
      execution_id: randomUUID(),
      webhook_id: NO_WEBHOOK,
      webhook_version: 1,
      account,
      workspace,
      method: draft.method,
      path: draft.path.replace(/^\//, ''),
      query: draft.query.replace(/^\?/, ''),
      headers: draft.headers,
      remote_address: null,
      received: new Date(now()).toISOString(),
      reply_partition: null,
    });
    const bytes = Buffer.from(draft.body, draft.body_encoding ?? 'utf8');
    const contentType = draft.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
    const { outcome, events, rendered } = renderExecution(
      { request: captured, body: () => parseBody({ contentType, bytes }) },
      { id: NO_WEBHOOK, name: 'preview', version: 1 },
      { template: () => environment.compile(template), url: () => `${publicUrl}/hooks/preview`, now },
    );
    // Written from the JSON of the events, so that numbers keep their digits.
    const { outcome: name, cause, error, steps } = outcome;
    const rest = JSON.stringify({ outcome: name, cause, error, rendered, steps });
    response
      .type('application/json')
      .send(`{"events":[${events.map(({ json }) => json).join(',')}],${rest.slice(1)}`);
  };
}
