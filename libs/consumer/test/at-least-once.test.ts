import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isSpanContextValid, propagation, trace } from '@opentelemetry/api';
import type { TextMapPropagator } from '@opentelemetry/api';
import { eventually, kafkaForTests, randomName } from '@tributary/testing';
import { createConsumer, RetryableError } from '../src/index.ts';
import type { ConsumerOptions, EventConsumer, EventContext, Poison, TributaryEvent } from '../src/index.ts';
import { anEvent } from './an-event.ts';
import { committed, createBench, logger } from './helpers.ts';

let bench: Awaited<ReturnType<typeof createBench>>;
let dying: { process: ChildProcess; lines: string[]; groupId: string } | undefined;
let slow: Awaited<ReturnType<typeof consumeSlowly>>;
const consumers: EventConsumer[] = [];

beforeAll(async () => {
  bench = await createBench((await kafkaForTests()).brokers);
});

afterAll(async () => {
  dying?.process.kill('SIGKILL');
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await bench.close();
});

/** Starts a consumer, and keeps what it was given. */
async function consume(options: Partial<ConsumerOptions> = {}) {
  const groupId = options.groupId ?? randomName('group');
  const seen: { event: TributaryEvent; context: EventContext }[] = [];
  const poison: Poison[] = [];
  const consumer = createConsumer({
    brokers: bench.brokers,
    topic: bench.topic,
    logger,
    backoff: { firstMs: 10, maxMs: 50 },
    onPoison: (found) => {
      poison.push(found);
    },
    ...options,
    groupId,
    handler: async (event, context) => {
      seen.push({ event, context });
      await options.handler?.(event, context);
    },
  });
  consumers.push(consumer);
  await consumer.start();
  return { consumer, groupId, seen, poison, names: () => seen.map(({ event }) => event.event) };
}

/** A consumer whose handler of `order.slow` ends when it is released. */
async function consumeSlowly() {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const consuming = await consume({
    filter: { event: 'order.*' },
    handler: async (event) => {
      if (event.event === 'order.slow') await released;
    },
  });
  return { ...consuming, release, since: Date.now() };
}

describe('a consumer', () => {
  it('that is killed leaves what it had not finished to the next', async () => {
    // What becomes of it is seen further below: the group has to notice the death first, by its session time-out.
    const groupId = randomName('group');
    const child = spawn(
      process.execPath,
      [
        '--conditions=tributary-source',
        '--disable-warning=TimeoutNegativeWarning',
        fileURLToPath(new URL('dying-consumer.ts', import.meta.url)),
        JSON.stringify({ brokers: bench.brokers, groupId, topic: bench.topic, finishes: ['before.death'] }),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
    );
    const lines: string[] = [];
    child.stdout.on('data', (data: Buffer) => lines.push(...String(data).trim().split('\n')));
    dying = { process: child, lines, groupId };
    await eventually(() => lines.includes('started'));
    await bench.emit(anEvent({ event: 'before.death' }));
    await eventually(async () => (await committed(bench.messaging, { groupId, topic: bench.topic })) === 1n);
    await bench.emit(anEvent({ event: 'at.death' }));
    await eventually(() => lines.includes('at.death'));
    child.kill('SIGKILL');
  });

  it('keeps the order of a partition while another goes on', async () => {
    slow = await consumeSlowly();
    await bench.emit(anEvent({ event: 'order.slow' }));
    await bench.emit(anEvent({ event: 'order.after' }));
    await eventually(() => slow.names().includes('order.slow'));
    await bench.emit(anEvent({ event: 'order.elsewhere' }), { partition: 1 });
    await eventually(() => slow.names().includes('order.elsewhere'));
    expect(slow.names()).toEqual(['order.slow', 'order.elsewhere']);
  });

  it('receives an event as it is, with its execution, and answers the caller on the partition that waits', async () => {
    const { seen } = await consume({
      filter: { event: 'asked' },
      handler: async (_event, { reply }) => {
        expect(await reply({ status: 201, headers: { location: '/x' }, body: 'made' })).toBe(true);
      },
    });
    const event = anEvent({ event: 'asked', payload: { n: [1, 'é'] } });
    await bench.emit(event, { headers: bench.replyHeaders('execution-1') });
    await eventually(() => bench.replies.some(({ key }) => String(key) === 'execution-1'));
    expect(seen).toEqual([{ event, context: expect.anything() }]);
    const [{ context }] = seen as [(typeof seen)[0]];
    expect(context.execution).toEqual({ id: 'execution-1', webhookVersion: 4, awaitsReply: true });
    expect(context).toMatchObject({ attempt: 1, record: { topic: bench.topic, partition: 0 } });
    const replies = bench.replies.filter(({ key }) => String(key) === 'execution-1');
    expect(
      replies.map(({ value, headers }) => [JSON.parse(String(value)), headers['tributary_schema_version']]),
    ).toEqual([[{ status: 201, content_type: null, headers: { location: '/x' }, body: 'made' }, '1']]);
  });

  it('answers an error, refuses what is no answer, and says when nobody waits', async () => {
    const results: unknown[] = [];
    const { names } = await consume({
      filter: { event: 'answers.*' },
      handler: async (event, { reply }) => {
        if (event.event === 'answers.error')
          results.push(await reply({ error: 'The widget requested is not in the database' }));
        else if (event.event === 'answers.nonsense')
          results.push(await reply({ status: 99 }).catch((error: { code: string }) => error.code));
        else results.push(await reply({ body: 'x' }));
      },
    });
    await bench.emit(anEvent({ event: 'answers.error' }), { headers: bench.replyHeaders('execution-2') });
    await bench.emit(anEvent({ event: 'answers.nonsense' }), { headers: bench.replyHeaders('execution-3') });
    await bench.emit(anEvent({ event: 'answers.nobody' }));
    await eventually(() => results.length === 3);
    expect(names()).toEqual(['answers.error', 'answers.nonsense', 'answers.nobody']);
    expect(results).toEqual([true, 'invalid_answer', false]);
    await eventually(() => bench.replies.some(({ key }) => String(key) === 'execution-2'));
    const replied = bench.replies.find(({ key }) => String(key) === 'execution-2');
    expect(JSON.parse(String(replied!.value))).toEqual({
      error: 'The widget requested is not in the database',
    });
    expect(bench.replies.some(({ key }) => String(key) === 'execution-3')).toBe(false);
  });

  it('sees only what its filter lets through, and from its start on', async () => {
    await bench.emit(anEvent({ event: 'filtered.yes' }));
    const { names, groupId } = await consume({ filter: { event: 'filtered.y*' } });
    await bench.emit(anEvent({ event: 'filtered.no' }));
    const { offset } = await bench.emit(anEvent({ event: 'filtered.yes2' }));
    await eventually(
      async () => (await committed(bench.messaging, { groupId, topic: bench.topic })) > offset,
    );
    expect(names()).toEqual(['filtered.yes2']);
  });

  it('tries a failing event again, hands it to onPoison, and goes on; a TypeError ends nothing', async () => {
    const { seen, poison, names } = await consume({
      filter: { event: 'failing.*' },
      attempts: 3,
      handler: (event) => {
        if (event.event === 'failing.bad') throw new TypeError('cannot read properties of undefined');
      },
    });
    const bad = anEvent({ event: 'failing.bad' });
    await bench.emit(bad);
    await bench.emit(anEvent({ event: 'failing.good' }));
    await eventually(() => names().includes('failing.good'));
    expect(names()).toEqual(['failing.bad', 'failing.bad', 'failing.bad', 'failing.good']);
    expect(seen.map(({ context }) => context.attempt)).toEqual([1, 2, 3, 1]);
    expect(poison).toEqual([{ event: bad, error: expect.any(TypeError) }]);
  });

  it('waits out an outage without counting, and repeats onPoison until it is done', async () => {
    let outages = 6;
    let refusals = 2;
    const given: Poison[] = [];
    const { names } = await consume({
      filter: { event: 'outage.*' },
      attempts: 2,
      handler: (event) => {
        if (event.event === 'outage.waits' && outages-- > 0) throw new RetryableError('the database is away');
        if (event.event === 'outage.bad') throw new Error('bad');
      },
      onPoison: (found) => {
        if (refusals-- > 0) throw new Error('there is no place to put it');
        given.push(found);
      },
    });
    await bench.emit(anEvent({ event: 'outage.waits' }));
    await bench.emit(anEvent({ event: 'outage.bad' }));
    await bench.emit(anEvent({ event: 'outage.good' }));
    await eventually(() => names().includes('outage.good'));
    expect(names()).toEqual([
      ...Array<string>(7).fill('outage.waits'),
      'outage.bad',
      'outage.bad',
      'outage.good',
    ]);
    expect(given).toMatchObject([{ event: { event: 'outage.bad' } }]);
    expect(refusals).toBe(-1);
  });

  it('hands over what is no event, without an event', async () => {
    const { poison } = await consume({ filter: { event: 'garbage.never' } });
    await bench.emit('no JSON');
    await eventually(() => poison.length === 1);
    expect(poison).toEqual([{ event: null, error: expect.objectContaining({ code: 'invalid_event' }) }]);
  });

  it('after the death of another begins with what that one had begun, and not with what it had finished', async () => {
    const { names } = await consume({ groupId: dying!.groupId, filter: { event: '*.death' } });
    await eventually(() => names().length > 0);
    expect(names()).toEqual(['at.death']);
  });

  it('keeps its membership while a handler takes longer than a session lasts without a heartbeat', async () => {
    await delay(Math.max(0, slow.since + 11_000 - Date.now()));
    expect(slow.consumer.health()).toMatchObject({ healthy: true });
    slow.release();
    await eventually(() => slow.names().includes('order.after'));
    expect(slow.names()).toEqual(['order.slow', 'order.elsewhere', 'order.after']);
  });

  it('commits what was finished when it stops: the next of the group sees nothing of it again', async () => {
    await slow.consumer.stop();
    const { groupId } = slow;
    const { names } = await consume({ groupId, filter: { event: 'order.*' } });
    const { offset } = await bench.emit(anEvent({ event: 'order.next' }));
    await eventually(
      async () => (await committed(bench.messaging, { groupId, topic: bench.topic })) > offset,
    );
    expect(names()).toEqual(['order.next']);
  });

  it('continues the trace of the call, in the answer too', async () => {
    propagation.setGlobalPropagator(traceparentOnly);
    const { seen } = await consume({
      filter: { event: 'traced' },
      handler: async (_event, { reply }) => {
        await reply({ body: 'x' });
      },
    });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await bench.emit(anEvent({ event: 'traced' }), {
      headers: { ...bench.replyHeaders('execution-4'), traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    });
    await eventually(() => bench.replies.some(({ key }) => String(key) === 'execution-4'));
    expect(trace.getSpanContext(seen[0]!.context.traceContext)).toMatchObject({ traceId });
    const reply = bench.replies.find(({ key }) => String(key) === 'execution-4');
    expect(reply!.headers['traceparent']).toContain(traceId);
  });
});

/** What the SDK's propagator does with the one header (https://www.w3.org/TR/trace-context/). */
const traceparentOnly: TextMapPropagator = {
  inject: (context, carrier: unknown, setter) => {
    const span = trace.getSpanContext(context);
    if (span && isSpanContextValid(span))
      setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-01`);
  },
  extract: (context, carrier: unknown, getter) => {
    const [, traceId, spanId] = String(getter.get(carrier, 'traceparent')).split('-');
    return trace.setSpanContext(context, {
      traceId: traceId!,
      spanId: spanId!,
      traceFlags: 1,
      isRemote: true,
    });
  },
  fields: () => ['traceparent'],
};
