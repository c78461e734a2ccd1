import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, kafkaForTests } from '@tributary/testing';
import { keepAliveAgent, startIngress } from './support/ingress-process.ts';
import type { IngressProcess } from './support/ingress-process.ts';
import { createKafkaPlane } from './support/kafka-plane.ts';
import type { KafkaPlane, TestWebhook } from './support/kafka-plane.ts';
import { callAtOnce, executionIds } from './support/load.ts';

let brokers: string[];
let plane: KafkaPlane;
let quiet: TestWebhook;
let instances: IngressProcess[];

beforeAll(async () => {
  ({ brokers } = await kafkaForTests());
  plane = await createKafkaPlane(brokers);
}, 240_000);

afterAll(() => plane?.close());

beforeEach(async () => {
  quiet = await plane.putWebhook();
});

async function start(env: Record<string, string | number>[]): Promise<void> {
  instances = await Promise.all(env.map((one) => startIngress(brokers, one)));
}

describe('two instances', () => {
  it('get the replies to their own callers', async () => {
    await start([{ INSTANCE_ID: 'ingress-0' }, { INSTANCE_ID: 'ingress-1' }]);
    plane.render = ({ body }) => (body.toString() === 'good' ? 'emitted' : 'failed');
    const { answers, errors } = await callAtOnce(
      async (index) => {
        const body = index % 4 < 2 ? 'good' : 'bad';
        const answer = await instances[index % 2]!.call(quiet.path, { body });
        return { ...answer, body: `${body} ${answer.status}` };
      },
      { callers: 8, until: (made) => made >= 200 },
    );
    expect(errors).toEqual([]);
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['good 204', 'bad 400']));
    const partitions = plane.requestsOf(quiet).map(({ request }) => request.reply_partition);
    expect(new Set(partitions)).toEqual(new Set([0, 1]));
    expect(await Promise.all(instances.map((instance) => instance.stop()))).toEqual([0, 0]);
  });

  it('of which one is stopped under load refuse no call and lose none', async () => {
    await start([
      { INSTANCE_ID: 'ingress-2', DRAIN_DELAY_MS: 1_000 },
      { INSTANCE_ID: 'ingress-3', DRAIN_DELAY_MS: 1_000 },
    ]);
    const [first, second] = instances as [IngressProcess, IngressProcess];
    // As a balancer does: sends to who is ready, and looks every now and then.
    let firstReady = true;
    const balancer = setInterval(() => {
      void first.isReady().then((ready) => (firstReady &&= ready));
    }, 100);
    const agent = keepAliveAgent(16);
    plane.render = () => 'emitted';
    let done = false;
    const load = callAtOnce(
      (index) =>
        (firstReady && index % 2 === 0 ? first : second).call(quiet.path, { agent, body: String(index) }),
      { callers: 16, until: () => done },
    );
    await eventually(() => plane.requestsOf(quiet).length > 200);
    const exitCode = await first.stop();
    done = true;
    const { answers, errors } = await load;
    clearInterval(balancer);
    agent.destroy();

    expect(exitCode).toBe(0);
    expect(errors).toEqual([]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    await eventually(() => plane.requestsOf(quiet).length >= answers.length);
    const stored = plane.requestsOf(quiet).map(({ request }) => request.execution_id);
    expect(stored.sort()).toEqual(executionIds(answers).sort());
    await second.stop();
  });

  it('that are stopped finish with the callers who wait for an outcome', async () => {
    await start([{ INSTANCE_ID: 'ingress-4' }]);
    plane.render = () => undefined;
    const answer = instances[0]!.call(quiet.path, { agent: keepAliveAgent(1) });
    await eventually(() => plane.requestsOf(quiet).length === 1);
    const stopped = instances[0]!.stop();
    await eventually(async () => !(await instances[0]!.isReady()));
    await plane.reply(plane.requestsOf(quiet)[0]!, 'failed');
    expect((await answer).status).toBe(400);
    expect(await stopped).toBe(0);
  });
});

describe('an instance past its bound of waiting callers', () => {
  it('answers 202 to what is durable, at once', async () => {
    await start([{ INSTANCE_ID: 'ingress-5', MAX_WAITERS: 0, WAIT_LIMIT_MS: 20_000 }]);
    const started = Date.now();
    const { status } = await instances[0]!.call(quiet.path);
    expect(status).toBe(202);
    expect(Date.now() - started).toBeLessThan(10_000);
    await eventually(() => plane.requestsOf(quiet).length === 1);
    await instances[0]!.stop();
  });
});
