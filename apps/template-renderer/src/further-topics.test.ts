import { expect, it } from '@jest/globals';
import { MessagingError } from '@tributary/messaging';
import { createFurtherTopics } from './further-topics.ts';

function setUp(answers: (number | MessagingError)[]) {
  let clock = 0;
  let asked = 0;
  const directory = createFurtherTopics(
    {
      known: (topic) => (topic === 'known' ? 3 : undefined),
      partitionCount: () => {
        const answer = answers[asked++]!;
        return typeof answer === 'number' ? Promise.resolve(answer) : Promise.reject(answer);
      },
    },
    () => clock,
  );
  return { has: directory.has, asked: () => asked, pass: (ms: number) => (clock += ms) };
}

const unknown = new MessagingError('unknown_topic', 'no such topic');

it('answers at once for a topic that is known', () => {
  expect(setUp([]).has('known')).toBe(true);
});

it('asks for others, and for one that is missing not again for a while', async () => {
  const { has, asked, pass } = setUp([unknown, 0, 2]);
  expect(await has('t')).toBe(false);
  expect(has('t')).toBe(false);
  pass(30_000);
  expect(await has('t')).toBe(false);
  pass(30_000);
  expect(await has('t')).toBe(true);
  expect(asked()).toBe(3);
});

it('does not take an outage for an answer', async () => {
  const { has } = setUp([new MessagingError('unavailable', 'Kafka is away')]);
  await expect(has('t')).rejects.toMatchObject({ retryable: true });
});
