import { randomUUID } from 'node:crypto';
import { accessOf } from '@tributary/api-auth';
import { decodeContent, isEncoded, parseBody } from '@tributary/body-parsing';
import {
  activeWebhook,
  capturedRequest,
  event,
  outcome,
  replyAnswer,
  uuid,
  webhookLimits,
  webhookMethods,
  webhookSettings,
} from '@tributary/event-schemas';
import type { AccessRecord, CapturedRequest } from '@tributary/event-schemas';
import { HttpProblem } from '@tributary/service-runtime';
import type { Environment, Throttle } from '@tributary/templating';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { failureOf } from '../failure.ts';
import { prepareWebhook } from '../prepared-webhook.ts';
import { renderExecution } from '../render-execution.ts';
import type { Execution } from '../render-execution.ts';
import type { Clock } from '../steps.ts';
import { renderingFields } from '../rendering-fields.ts';
import type { StoredRequest, StoredRequests } from '../stored-requests.ts';
import { joinedHeaders } from '../template-context.ts';
import type { RenderedWebhook } from '../webhook-directory.ts';
import { parseInput } from './parse-input.ts';

const NO_WEBHOOK = '00000000-0000-0000-0000-000000000000';

/** Headers as a map, or as pairs where one is repeated. */
const headers = z.union([
  z.array(z.tuple([z.string(), z.string()])),
  z.record(z.string(), z.string()).transform((map): [string, string][] => Object.entries(map)),
]);

const draft = webhookSettings.pick(renderingFields);

/** The body of the call. */
export const renderInput = draft
  .extend({
    name: webhookSettings.shape.name.default('preview'),
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
      .optional(),
    /** A stored execution whose request is rendered. */
    execution_id: uuid.optional(),
  })
  .refine(({ request, execution_id }) => request === undefined || execution_id === undefined, {
    path: ['execution_id'],
    error: 'either request or execution_id, not both',
  });
type Input = z.output<typeof renderInput>;

/** What the call answers. */
export const renderAnswer = outcome.pick({ outcome: true, cause: true, error: true, steps: true }).extend({
  events: z.array(event),
  rendered: z.string().nullable(),
  response: replyAnswer.nullable(),
  deduplication_key: z.string().nullable(),
});

export interface RenderTemplateDeps {
  environment: Environment;
  throttle: Throttle;
  storedRequests: StoredRequests;
  now: Clock;
  publicUrl: string;
}

/**
 * `POST {ws}/templates/render`: what a draft of a webhook makes of a request, pasted or stored, without saving either. The
 * answer is 200 also when the draft fails: then `outcome` is `failed` and `error` says why and where; `events` are what
 * would be emitted, `response` what the caller would get from a `custom` one, `deduplication_key` what would be taken.
 */
export function renderTemplate(deps: RenderTemplateDeps): RequestHandler {
  return async (request, response) => {
    const draftOf = parseInput(renderInput, request.body);
    const access = accessOf(response);
    const source = await sourceOf(draftOf, {
      access,
      stored: deps.storedRequests,
      authorization: request.headers.authorization,
    });
    const execution = await preview(draftOf, source, { ...deps, access });
    response.type('application/json').send(answerOf(execution));
  };
}

async function sourceOf(
  { request, execution_id: executionId }: Input,
  {
    access: { account, workspace },
    stored,
    authorization,
  }: { access: AccessRecord; stored: StoredRequests; authorization: string | undefined },
): Promise<Omit<StoredRequest, 'received'> & { received?: string; executionId?: string }> {
  if (executionId !== undefined)
    return { ...(await stored.fetch({ account, workspace, executionId }, authorization)), executionId };
  const {
    method = 'POST',
    path = '',
    query = '',
    headers: sent = [],
    body = '',
    body_encoding = null,
  } = request ?? {};
  return { method, path, query, headers: sent, body: Buffer.from(body, body_encoding ?? 'utf8') };
}

async function preview(
  draftOf: Input,
  {
    method,
    path,
    query,
    headers: sent,
    received,
    executionId,
    body: raw,
  }: Awaited<ReturnType<typeof sourceOf>>,
  { environment, throttle, now, publicUrl, access }: RenderTemplateDeps & { access: AccessRecord },
): Promise<Execution> {
  const { account, workspace } = access;
  const isTaken = (webhookMethods as readonly string[]).includes(method);
  if (!isTaken) throw new HttpProblem(422, `A webhook takes no ${method} requests.`);
  const captured: CapturedRequest = capturedRequest.parse({
    execution_id: executionId ?? randomUUID(),
    webhook_id: NO_WEBHOOK,
    webhook_version: 1,
    account,
    workspace,
    method,
    path: path.replace(/^\//, ''),
    query: query.replace(/^\?/, ''),
    headers: sent,
    remote_address: null,
    received: received ?? new Date(now()).toISOString(),
    // As if somebody waited, so that a custom answer is rendered.
    reply_partition: 0,
    response_mode: draftOf.response.mode,
  });
  const contentType = sent.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const encoding = joinedHeaders(sent).get('content-encoding');
  const decoded = isEncoded(encoding)
    ? await decodeContent(raw, encoding, webhookLimits.bodyBytes.max)
    : { ok: true as const, bytes: raw };
  const bytes = decoded.ok ? decoded.bytes : raw;
  const obstacle = decoded.ok
    ? {}
    : { obstacle: failureOf('body', 'The body cannot be decoded as its content encoding says.') };
  return renderExecution(
    {
      request: captured,
      body: () => parseBody({ contentType, bytes, parseXml: draftOf.parse_xml }),
      ...obstacle,
    },
    prepareWebhook(environment, settingsOf(draftOf)),
    {
      url: () => `${publicUrl}/hooks/preview`,
      // One who tries hostile drafts out waits like any webhook; nobody else does.
      throttle: { run: (_webhook, work) => throttle.run(`preview ${workspace}`, work) },
      now,
      firstOf: () => undefined,
    },
  );
}

function settingsOf({ request: _request, execution_id: _id, ...settings }: Input): RenderedWebhook {
  return {
    ...settings,
    id: NO_WEBHOOK,
    version: 1,
    topic: null,
    slug_encrypted: '',
    limits: activeWebhook.shape.limits.parse(undefined),
    key_headers: [],
    signature_headers: [],
  };
}

/** Written from the JSON of the events, so that numbers keep their digits. */
function answerOf({ outcome: ended, events, rendered, response, key }: Execution): string {
  const { outcome: name, cause, error, steps } = ended;
  const rest = JSON.stringify({
    outcome: name,
    cause,
    error,
    rendered,
    response,
    deduplication_key: key,
    steps,
  });
  return `{"events":[${events.map(({ json }) => json).join(',')}],${rest.slice(1)}`;
}
