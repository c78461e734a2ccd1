import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startHurtableKafka } from '@tributary/testing';
import type { HurtableKafka } from '@tributary/testing';
import { keepAliveAgent, startIngress } from './support/ingress-process.ts';
import type { IngressProcess } from './support/ingress-process.ts';
import { createKafkaPlane } from './support/kafka-plane.ts';
import type { KafkaPlane, TestWebhook } from './support/kafka-plane.ts';
import { callAtOnce, executionIds } from './support/load.ts';

type Phase = 'up' | 'down' | 'up again';

let kafka: HurtableKafka;
let plane: KafkaPlane;
let ingress: IngressProcess;
let webhook: TestWebhook;

beforeAll(async () => {
  kafka = await startHurtableKafka();
  plane = await createKafkaPlane(kafka.brokers);
  webhook = await plane.putWebhook({ response: { mode: 'receipt' } });
  ingress = await startIngress(kafka.brokers, { STALE_AFTER_MS: 8_000, PUBLISH_TIMEOUT_MS: 4_000 });
});

afterAll(async () => {
  await ingress?.stop();
  await plane?.close();
  await kafka?.stop();
});

describe('an acknowledged call', () => {
  it('is on Kafka, each of many made at once, exactly once', async () => {
    const agent = keepAliveAgent(32);
    const { answers, errors } = await callAtOnce(
      (index) => ingress.call(webhook.path, { agent, body: `call ${index}` }),
      { callers: 32, until: (made) => made >= 3_000 },
    );
    agent.destroy();
    expect(errors).toEqual([]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await plane.storedExecutionIds()).sort()).toEqual(executionIds(answers).sort());
  });

  it('is never lost when Kafka dies: what cannot be stored is answered 503, and afterwards all goes on', async () => {
    const agent = keepAliveAgent(16);
    let phase = 'up' as Phase;
    const seen: Record<Phase, Set<number>> = { up: new Set(), down: new Set(), 'up again': new Set() };
    let retryAfter = true;
    let done = false;
    const load = callAtOnce(
      async (index) => {
        const madeIn = phase;
        const answer = await ingress.call(webhook.path, { agent, body: `call ${index}` });
        if (madeIn === phase) seen[phase].add(answer.status);
        if (answer.status === 503) {
          retryAfter &&= Number(answer.headers['retry-after']) > 0;
          await delay(50);
        }
        return answer;
      },
      { callers: 16, until: () => done },
    );
    await eventually(() => seen.up.has(200));
    await kafka.kill();
    phase = 'down';
    await eventually(() => seen.down.has(503));
    await eventually(async () => !(await ingress.isReady()));
    await kafka.restart();
    phase = 'up again';
    await eventually(() => seen['up again'].has(200));
    await eventually(() => ingress.isReady());
    done = true;
    const { answers, errors } = await load;
    agent.destroy();

    expect(errors).toEqual([]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
    expect(seen.down).toEqual(new Set([503]));
    expect(retryAfter).toBe(true);
    const acknowledged = executionIds(answers.filter(({ status }) => status === 200));
    // More may be there: what Kafka stored, but could not say so, was answered 503.
    const stored = new Set(await plane.storedExecutionIds());
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(0);
  }, 150_000);

  it('is refused with 503 while the known webhooks may be stale, also when its slug is unknown', async () => {
    await kafka.kill();
    await eventually(async () => (await ingress.call('/hooks/unknown')).status === 503);
    await kafka.restart();
    await eventually(async () => (await ingress.call('/hooks/unknown')).status === 404);
  });
});
