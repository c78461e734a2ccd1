import { expect } from '@jest/globals';
import { parseBody } from '@tributary/body-parsing';
import { event as eventSchema, outcome as outcomeSchema } from '@tributary/event-schemas';
import type { ActiveWebhookInput, CapturedRequest } from '@tributary/event-schemas';
import { createEnvironment, createThrottle } from '@tributary/templating';
import type { Throttle } from '@tributary/templating';
import type { FirstExecution } from '../src/deduplication.ts';
import { prepareWebhook } from '../src/prepared-webhook.ts';
import { renderExecution } from '../src/render-execution.ts';
import { decodeWebhook } from '../src/webhook-directory.ts';
import type { RenderedWebhook } from '../src/webhook-directory.ts';
import { aCapturedRequest } from './captured.ts';

export const environment = createEnvironment();
export const WEBHOOK_ID = '5a3c2f66-1111-4222-8333-444455556666';
/** An event of the smallest kind. */
export const minimal = { event: 'x', resource: { 'prefect.resource.id': 'y' } };
export const MINIMAL = JSON.stringify(minimal);

/** A webhook as the directory has it: valid, vary what the test is about. */
export function aRenderedWebhook(changes: Partial<ActiveWebhookInput> = {}): RenderedWebhook {
  const record = {
    id: WEBHOOK_ID,
    name: 'models',
    version: 3,
    template: MINIMAL,
    slug_encrypted: 's',
    ...changes,
  };
  return decodeWebhook({ value: Buffer.from(JSON.stringify(record)) }) as RenderedWebhook;
}

export interface RunOptions {
  body?: string | Buffer;
  request?: Partial<CapturedRequest>;
  /** Keys seen before. */
  seen?: Record<string, FirstExecution>;
  throttle?: Throttle;
}

/** Renders one request; what comes out is what the contract says it is. */
export function runExecution(
  changes: Partial<ActiveWebhookInput>,
  { body = '', request: requestChanges = {}, seen = {}, throttle = createThrottle() }: RunOptions = {},
) {
  let clock = 1_767_323_045_000;
  const request = aCapturedRequest(requestChanges);
  const settings = aRenderedWebhook(changes);
  const contentType = request.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const bytes = Buffer.from(body as string);
  const execution = renderExecution(
    { request, body: () => parseBody({ contentType, bytes, parseXml: settings.parse_xml }) },
    prepareWebhook(environment, settings),
    {
      url: () => 'https://hooks.example/hooks/AERylZ_uewzpDx-8fcweHQ',
      throttle,
      now: () => (clock += 0.25),
      firstOf: (key) => seen[key],
    },
  );
  outcomeSchema.parse(execution.outcome);
  for (const { event, json } of execution.events)
    expect(eventSchema.parse(JSON.parse(json)).id).toBe(event.id);
  return { ...execution, request, first: JSON.parse(execution.events[0]?.json ?? 'null') };
}
