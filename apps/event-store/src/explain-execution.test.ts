import { describe, expect, it } from '@jest/globals';
import type { Execution } from '@tributary/event-schemas';
import { explainExecution } from './explain-execution.ts';

const error = { message: 'Expected a string.', line: null, column: null, pointer: null };
const step = { name: 'render', started: '2026-01-01T00:00:00Z', duration_ms: 1.23456 };

function explain(fields: Partial<Execution>, { mode = 'quiet', waits = true } = {}) {
  const execution: Execution = {
    id: '017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
    webhook_id: '017f22e2-79b0-7cc3-98c4-dc0c0c073990',
    webhook_version: 1,
    received: '2026-01-01T00:00:00Z',
    method: 'POST',
    path: '',
    outcome: 'emitted',
    cause: null,
    error: null,
    events: ['e'],
    response: { status: 204 },
    replay_of: null,
    duplicate_of: null,
    unrecorded: 0,
    steps: [step],
    ...fields,
  };
  return explainExecution({ execution, mode: mode as 'quiet', replyPartition: waits ? 1 : null });
}

describe('the summary of an execution', () => {
  it.each<[Partial<Execution>, string]>([
    [{}, 'One event came of it.'],
    [{ events: ['a', 'b'] }, '2 events came of it.'],
    [{ outcome: 'pending' }, 'The request is stored, and waits to be rendered.'],
    [
      { outcome: 'ignored', cause: 'filter' },
      "No event came of it: the webhook's filter did not let it pass.",
    ],
    [
      { outcome: 'ignored', cause: 'duplicate', duplicate_of: 'x' },
      'No event came of it: a request with the same deduplication key had come before. Its caller got the answer of x.',
    ],
    [
      { outcome: 'failed', error: { ...error, message: 'unexpected end', line: 3, column: 4 } },
      'It could not be interpreted: unexpected end, at line 3, column 4.',
    ],
    [
      { outcome: 'rejected', cause: 'schema', error: { ...error, pointer: '/a/0' } },
      `It was refused: its body does not match the webhook's schema (Expected a string), at "/a/0".`,
    ],
    [
      { outcome: 'rejected', cause: 'schema', error: { ...error, pointer: '' } },
      `It was refused: its body does not match the webhook's schema (Expected a string).`,
    ],
    [
      { outcome: 'rejected', cause: 'rate', unrecorded: 7 },
      'It was refused: the webhook had as many requests in the last second as it may have. 7 more like it before it were not recorded.',
    ],
  ])('%j', (fields, summary) => {
    expect(explain(fields).summary).toBe(summary);
  });
});

describe('what the caller was told', () => {
  it.each<[Partial<Execution>, { mode?: string; waits?: boolean }, string]>([
    [{}, {}, 'The caller was answered 204.'],
    [{ response: null, replay_of: 'x' }, { waits: false }, 'Nobody was answered: it is a replay of x.'],
    [{ response: null, outcome: 'rejected' }, {}, 'The caller went away before an answer.'],
    [
      { response: null },
      { mode: 'sync' },
      "The caller waits for a consumer's answer, or was told where to look for it.",
    ],
    [
      { response: null, outcome: 'pending' },
      {},
      'The caller waits for the outcome, or was told that it will come.',
    ],
  ])('%j %j', (fields, caller, sentence) => {
    expect(explain(fields, caller).answer).toBe(sentence);
  });
});

it('tells each step with its time, and after which one it stopped', () => {
  const { steps, stopped } = explain({
    outcome: 'failed',
    error,
    steps: [{ ...step, name: 'route 1' }, step, { ...step, name: 'dance', duration_ms: 2 }],
  });
  expect(steps.map(({ sentence }) => sentence)).toEqual([
    '"routes[1].when" was asked, in 1.235 ms.',
    'The template was rendered, in 1.235 ms.',
    'The step "dance" was made, in 2 ms.',
  ]);
  expect(stopped).toEqual({ after: 'dance', reason: 'Expected a string', error });
  expect(explain({}).stopped).toBeNull();
});
