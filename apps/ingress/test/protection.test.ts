import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateApiKey, hashApiKey } from '@tributary/api-auth';
import { encrypt } from '@tributary/encryption';
import { secretPlace } from '@tributary/event-schemas';
import type { SecretRecord } from '@tributary/event-schemas';
import { eventually, kafkaForTests } from '@tributary/testing';
import { ring } from './support/build-hook.ts';
import { startIngress } from './support/ingress-process.ts';
import type { IngressProcess } from './support/ingress-process.ts';
import { createKafkaPlane } from './support/kafka-plane.ts';
import type { KafkaPlane, TestWebhook } from './support/kafka-plane.ts';

let plane: KafkaPlane;
let ingress: IngressProcess;

beforeAll(async () => {
  const { brokers } = await kafkaForTests();
  plane = await createKafkaPlane(brokers);
  plane.render = () => undefined;
  ingress = await startIngress(brokers, { INSTANCE_ID: 'ingress-9', USAGE_INTERVAL_MS: 200 });
}, 240_000);

afterAll(async () => {
  await ingress?.stop();
  await plane?.close();
});

async function known(changes: Parameters<KafkaPlane['putWebhook']>[0]): Promise<TestWebhook> {
  const webhook = await plane.putWebhook(changes);
  await eventually(async () => (await ingress.call(webhook.path, { method: 'OPTIONS' })).status === 405);
  return webhook;
}

function secret(webhookId: string, value: string): SecretRecord {
  const id = randomUUID();
  return { id, encrypted: encrypt(ring, value, secretPlace(webhookId, id)), set: '2026-01-01T00:00:00Z' };
}

const receipt = { response: { mode: 'receipt' } } as const;

it('a signed call is taken and its secret counted; a forged one is refused and recorded with its bytes', async () => {
  const id = randomUUID();
  const [old, young] = [secret(id, 'old'), secret(id, 'young')];
  const webhook = await known({
    id,
    ...receipt,
    authentication: [{ type: 'signature', preset: 'github', secrets: [old, young] }],
  });
  const body = '{"zen": "Keep it logically awesome."}';
  const sign = (key: string) => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
  const call = (signature: string) =>
    ingress.call(webhook.path, {
      body,
      headers: { 'x-hub-signature-256': signature, authorization: 'Bearer x' },
    });

  expect((await call(sign('young'))).status).toBe(200);
  const forged = await call(sign('forged'));
  expect(forged.status).toBe(403);

  const refusal = await eventually(
    () => plane.refusalsOf(webhook).find(({ request }) => request.cause === 'signature') ?? false,
  );
  expect(refusal.request).toMatchObject({
    execution_id: forged.headers['x-execution-id'],
    response: { status: 403 },
    body_complete: true,
  });
  expect(refusal.body.toString()).toBe(body);
  expect(JSON.stringify(refusal.request)).not.toContain('Bearer x');
  const [usage] = await eventually(() => {
    const usages = plane.usageOf(webhook);
    return usages.length > 0 && usages;
  });
  expect(usage).toMatchObject({
    secrets: [{ id: young.id, calls: 1 }],
    urls: [{ slug_sha256: webhook.record.slug_sha256, calls: 1 }],
  });
  expect(plane.requestsOf(webhook)).toHaveLength(1);
});

it('the key of a service account opens until it is taken back', async () => {
  const [account, id, key] = [randomUUID(), randomUUID(), generateApiKey()];
  const webhook = await known({ ...receipt, service_account_id: account });
  await plane.putKey(id, {
    id,
    account: webhook.record.account,
    workspace: webhook.record.workspace,
    name: 'bot',
    sha256: hashApiKey(key),
    scopes: [],
    created: '2026-01-01T00:00:00Z',
    expires: null,
    service_account_id: account,
  });
  const status = async (token: string): Promise<number> =>
    (await ingress.call(webhook.path, { headers: { authorization: `Bearer ${token}` } })).status;
  await eventually(async () => (await status(key)) === 200);
  expect(await status(generateApiKey())).toBe(401);
  await plane.putKey(id, undefined);
  await eventually(async () => (await status(key)) === 401);
});

describe('the caller of a sync webhook', () => {
  it('gets the first answer on the partition that its request names', async () => {
    const webhook = await known({ response: { mode: 'sync', timeout_ms: 60_000 } });
    const answer = ingress.call(webhook.path, { body: '{}' });
    const stored = await eventually(() => plane.requestsOf(webhook)[0] ?? false);
    expect(stored.request).toMatchObject({ response_mode: 'sync', reply_partition: 9 });
    await plane.reply(stored, 'emitted');
    await plane.answer(stored, { status: 201, content_type: 'application/json', body: '{"run":1}' });
    await plane.answer(stored, { error: 'late' });
    expect(await answer).toMatchObject({ status: 201, body: '{"run":1}' });
  });

  it('is told at once, by 502, that its consumer has given none', async () => {
    const webhook = await known({ response: { mode: 'sync', timeout_ms: 60_000 } });
    const answer = ingress.call(webhook.path, { body: '{}' });
    const stored = await eventually(() => plane.requestsOf(webhook)[0] ?? false);
    await plane.answer(stored, { status: 'fine', body: 'x' });
    await plane.answer(stored, { body: 'late' });
    expect(await answer).toMatchObject({
      status: 502,
      body: '{"error":"The answer of the webhook\'s consumer is not valid."}',
    });
  });

  it('is let go with 202 when the instance stops', async () => {
    const webhook = await known({ response: { mode: 'sync', timeout_ms: 300_000 } });
    const { brokers } = await kafkaForTests();
    const other = await startIngress(brokers, { INSTANCE_ID: 'ingress-10', WAIT_LIMIT_MS: 500 });
    const answer = other.call(webhook.path, { body: '{}' });
    await eventually(() => plane.requestsOf(webhook).length === 1);
    const stopped = other.stop();
    expect((await answer).status).toBe(202);
    expect(await stopped).toBe(0);
  });
});

it('a webhook over its rate is answered 429, and its neighbour is not', async () => {
  const noisy = await known({ ...receipt, limits: { requests_per_second: 1, concurrency: 1 } });
  const quiet = await known({ ...receipt, limits: { requests_per_second: 1_000, concurrency: 100 } });
  const answers = await Promise.all(Array.from({ length: 20 }, () => ingress.call(noisy.path)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
  expect((await ingress.call(quiet.path)).status).toBe(200);
  const refusals = await eventually(() => {
    const found = plane.refusalsOf(noisy).filter(({ request }) => request.response?.status === 429);
    return found.length > 0 && found;
  });
  // Five a second of each cause: the rest is counted, not kept.
  expect(refusals.length).toBeLessThan(answers.filter(({ status }) => status === 429).length);
});
