import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isResponseSignature } from '@tributary/encryption';
import { consumerReply } from '@tributary/event-schemas';
import type { OutcomeReply, Reply } from '@tributary/event-schemas';
import { eventually } from '@tributary/testing';
import { hook, ID, ring } from '../../test/support/build-hook.ts';
import { captured, startReceiver } from '../../test/support/receiver.ts';
import type { Answered, Receiver } from '../../test/support/receiver.ts';
import type { Hook } from '../webhook-directory.ts';

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(() => receiver.stop());

type OutcomeChanges = Omit<OutcomeReply, 'execution_id' | 'cause' | 'error'> & Partial<OutcomeReply>;

const outcome = (changes: OutcomeChanges): Reply => ({
  execution_id: ID,
  cause: null,
  error: null,
  ...changes,
});
const answer = (value: unknown): Reply => consumerReply.parse(value);

/** Calls a webhook that gets these replies, in this order. */
async function callWith(settings: Partial<Hook>, ...replies: Reply[]): Promise<Answered> {
  receiver.hook = hook(settings);
  receiver.published = () => {
    const id = captured(receiver.records.at(-1))['execution_id'] as string;
    for (const reply of replies) receiver.deps.waiters.settle(id, reply);
    return Promise.resolve();
  };
  return receiver.call({ body: '{}' });
}

const sync = { mode: 'sync', syncTimeoutMs: 100 } as const;
const custom = { mode: 'custom' } as const;
const response = (changes: object) => ({
  status: 200,
  content_type: null,
  headers: {},
  body: '',
  ...changes,
});

describe('a sync webhook', () => {
  it('answers what its consumer says', async () => {
    const said = {
      status: 201,
      content_type: 'application/json',
      headers: { 'X-Run': '7' },
      body: '{"id":7}',
    };
    const got = await callWith(sync, answer(said));
    expect(got).toMatchObject({ status: 201, body: '{"id":7}' });
    expect(got.headers).toMatchObject({ 'content-type': 'application/json', 'x-run': '7' });
    expect(captured(receiver.records[0])).toMatchObject({ response_mode: 'sync', reply_partition: 3 });
  });

  it.each([
    [
      'the first answer',
      [answer({ status: 200, body: 'one' }), answer({ status: 200, body: 'two' })],
      200,
      'one',
    ],
    [
      'an error',
      [answer({ error: 'The widget requested is not in the database' })],
      400,
      '{"error":"The widget requested is not in the database"}',
    ],
    [
      'an answer, although the renderer says that there are events',
      [outcome({ outcome: 'emitted' }), answer({ status: 200, body: 'x' })],
      200,
      'x',
    ],
    [
      'the outcome, when the filter left no event',
      [outcome({ outcome: 'ignored', cause: 'filter' })],
      204,
      '',
    ],
    [
      'a failure, without its details',
      [
        outcome({
          outcome: 'failed',
          error: { message: 'line 3: secret', line: 3, column: 1, pointer: null },
        }),
      ],
      400,
      '{"error":"The request could not be interpreted."}',
    ],
    [
      'a fault of the body, with its place',
      [
        outcome({
          outcome: 'rejected',
          cause: 'schema',
          error: { message: 'must be a number', line: null, column: null, pointer: '/a' },
        }),
      ],
      400,
      '{"error":"must be a number","pointer":"/a"}',
    ],
    [
      'what the first of two equal calls was answered',
      [
        outcome({
          outcome: 'ignored',
          cause: 'duplicate',
          response: response({ status: 201, body: 'made' }),
        }),
      ],
      201,
      'made',
    ],
    ['no body where the status has none', [answer({ status: 204, body: 'x' })], 204, ''],
  ] as [string, Reply[], number, string][])('is told %s', async (_what, replies, status, body) => {
    expect(await callWith(sync, ...replies)).toMatchObject({ status, body });
  });

  it('answers 202 with a status URL at its own time limit', async () => {
    const { status, body, headers } = await callWith({ ...sync, syncTimeoutMs: 1 });
    const executionId = headers['x-execution-id'];
    expect(status).toBe(202);
    expect(JSON.parse(body)).toEqual({
      executionId,
      status_url: `https://tributary.example/api/accounts/${ID}/workspaces/${ID}/executions/${executionId}`,
    });
  });

  it('answers 303 to where it is stored when the answer is large, with a URL that needs no key', async () => {
    const large = answer({ status: 200, body: 'x'.repeat(262_145) });
    const { status, body, headers } = await callWith(sync, large);
    expect({ status, body }).toEqual({ status: 303, body: '' });
    const url = new URL(headers.location!);
    const executionId = headers['x-execution-id'] as string;
    expect(url.href).toMatch(/^https:\/\/tributary\.example\/api\/accounts\//);
    expect(url.pathname).toMatch(`/executions/${executionId}/response`);
    const [expires, signature] = [
      Number(url.searchParams.get('expires')),
      url.searchParams.get('signature')!,
    ];
    expect(isResponseSignature(ring, executionId, { expires, signature })).toBe(true);
    expect((await callWith(sync, answer({ status: 200, body: 'x'.repeat(262_144) }))).status).toBe(200);
  });

  it('lets no consumer write into the head of an answer, nor frame it', async () => {
    const { status, headers } = await callWith(
      sync,
      answer({
        status: 200,
        body: 'x',
        headers: {
          'x-good': 'yes',
          'x-bad': 'a\r\nset-cookie: b',
          'bad name': 'x',
          'Transfer-Encoding': 'chunked',
          Connection: 'upgrade',
          'content-length': '999',
          'X-Execution-Id': 'forged',
        },
      }),
    );
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'x-good': 'yes',
      'content-length': '1',
      'content-type': 'text/plain; charset=utf-8',
    });
    for (const name of ['set-cookie', 'x-bad', 'transfer-encoding']) expect(headers).not.toHaveProperty(name);
    expect(headers['x-execution-id']).not.toBe('forged');
  });
});

describe('a duplicate of a call that a consumer answers', () => {
  const deduplicating = { ...sync, syncTimeoutMs: 5_000, deduplicates: true };
  const duplicateOf = (id: string) => outcome({ outcome: 'ignored', cause: 'duplicate', duplicate_of: id });

  /** Starts a first call and a duplicate of it, which both wait for the consumer then. */
  async function callTwice(settings: Partial<Hook> = deduplicating) {
    receiver.hook = hook(settings);
    const ids: string[] = [];
    receiver.published = () => {
      ids.push(captured(receiver.records.at(-1))['execution_id'] as string);
      if (ids.length === 2) receiver.deps.waiters.settle(ids[1]!, duplicateOf(ids[0]!));
      return Promise.resolve();
    };
    const first = receiver.call({ body: '{}' });
    await eventually(() => ids.length === 1);
    const second = receiver.call({ body: '{}' });
    await eventually(() => ids.length === 2);
    return { ids, first, second };
  }

  it.each([
    ['its answer', { status: 201, body: 'made', headers: { 'x-run': '7' } }, 201, 'made'],
    ['its error', { error: 'no' }, 400, '{"error":"no"}'],
  ])('is told %s, as the first one is, and keeps its own id', async (_what, said, status, body) => {
    const { ids, first, second } = await callTwice();
    receiver.deps.waiters.settle(ids[0]!, answer(said));
    const answers = await Promise.all([first, second]);
    for (const each of answers) expect(each).toMatchObject({ status, body });
    expect(answers.map(({ headers }) => headers['x-execution-id'])).toEqual(ids);
    expect(answers[1]!.headers['x-run']).toBe(answers[0]!.headers['x-run']);
  });

  it('is told it also when the first one was answered long before', async () => {
    const { ids, first, second } = await callTwice();
    receiver.deps.waiters.settle(ids[0]!, answer({ status: 201, body: 'made' }));
    await Promise.all([first, second]);
    expect(await callWith(deduplicating, duplicateOf(ids[0]!))).toMatchObject({ status: 201, body: 'made' });
  });

  const isStoredAnswerOf = (id: string, { status, headers }: Answered): void => {
    expect(status).toBe(303);
    expect(new URL(headers.location!).pathname).toMatch(`/executions/${id}/response`);
  };

  it('is sent to where the answer is stored: when it is large, came too late, or was given elsewhere', async () => {
    const { ids, first, second } = await callTwice();
    receiver.deps.waiters.settle(ids[0]!, answer({ status: 200, body: 'x'.repeat(262_145) }));
    await first;
    isStoredAnswerOf(ids[0]!, await second);
    const late = await callTwice({ ...deduplicating, syncTimeoutMs: 1 });
    expect((await late.first).status).toBe(202);
    isStoredAnswerOf(late.ids[0]!, await late.second);
    isStoredAnswerOf(ID, await callWith(deduplicating, duplicateOf(ID)));
  });

  it('waits as every caller does: bounded in number', async () => {
    const { ids, first, second } = await callTwice();
    const { wait } = receiver.deps.waiters;
    let waiting = 0;
    receiver.deps.waiters.wait = (...given) => (++waiting === 1 ? wait(...given) : undefined);
    isStoredAnswerOf(ids[0]!, await callWith(deduplicating, duplicateOf(ids[0]!)));
    receiver.deps.waiters.settle(ids[0]!, answer({ body: 'x' }));
    await Promise.all([first, second]);
  });
});

describe('a custom webhook', () => {
  it.each([
    [
      'its own answer',
      [
        outcome({
          outcome: 'emitted',
          response: response({ status: 418, content_type: 'text/plain', body: 'hi' }),
        }),
      ],
      418,
      'hi',
    ],
    [
      'its own answer also when the filter said no',
      [outcome({ outcome: 'ignored', response: response({ body: 'no' }) })],
      200,
      'no',
    ],
    ['a failure', [outcome({ outcome: 'failed' })], 400, '{"error":"The request could not be interpreted."}'],
    [
      'its own answer, whatever a consumer says before',
      [answer({ status: 500 }), outcome({ outcome: 'emitted', response: response({ body: 'mine' }) })],
      200,
      'mine',
    ],
  ] as [string, Reply[], number, string][])('is told %s', async (_what, replies, status, body) => {
    expect(await callWith(custom, ...replies)).toMatchObject({ status, body });
  });

  it('answers 202 with the execution id when no outcome comes in time', async () => {
    const { status, body, headers } = await callWith(custom);
    expect([status, JSON.parse(body)]).toEqual([202, { executionId: headers['x-execution-id'] }]);
  });
});

describe('a quiet webhook', () => {
  it('is answered by its outcome only', async () => {
    const quiet = { mode: 'quiet' } as const;
    expect(await callWith(quiet, answer({ status: 500 }), outcome({ outcome: 'emitted' }))).toMatchObject({
      status: 204,
      body: '',
    });
  });
});
