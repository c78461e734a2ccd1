import { describe, expect, it } from '@jest/globals';
import { hideAborted } from './read-committed.ts';

const record = (offset: number, producerId: string, key = 'key') => ({
  key: Buffer.from(key),
  offset: String(offset),
  isControlRecord: false,
  batchContext: { producerId, inTransaction: true },
});
const marker = (offset: number, producerId: string) => ({
  ...record(offset, producerId, '\0\0\0\0'),
  isControlRecord: true,
});

/** Offsets that kafkajs will show. */
function shown(
  messages: ReturnType<typeof record>[],
  aborted: [producerId: string, firstOffset: number][],
): string[] {
  const abortedTransactions = aborted.map(([producerId, first]) => ({
    producerId,
    firstOffset: String(first),
  }));
  hideAborted({ messages, abortedTransactions });
  return messages.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => offset);
}

describe('hideAborted', () => {
  it('hides transactions that ended in another order than they began', () => {
    const messages = [
      record(0, 'a'),
      record(1, 'b'),
      record(2, 'c'),
      marker(3, 'b'),
      marker(4, 'a'),
      record(5, 'a'),
    ];
    expect(
      shown(messages, [
        ['b', 1],
        ['a', 0],
      ]),
    ).toEqual(['2', '5']);
  });

  it('hides all that were open where the fetch began', () => {
    expect(
      shown(
        [record(7, 'b'), record(8, 'a')],
        [
          ['a', 3],
          ['b', 4],
        ],
      ),
    ).toEqual([]);
  });

  it('hides two transactions of one producer, and not the one between', () => {
    const messages = [
      record(0, 'a'),
      marker(1, 'a'),
      record(2, 'a'),
      marker(3, 'a'),
      record(4, 'a'),
      marker(5, 'a'),
    ];
    expect(
      shown(messages, [
        ['a', 0],
        ['a', 4],
      ]),
    ).toEqual(['2']);
  });

  it('is not misled by a key that looks like a marker', () => {
    const messages = [record(0, 'a', '\0\0\0\0'), record(1, 'a'), marker(2, 'a')];
    expect(shown(messages, [['a', 0]])).toEqual([]);
  });
});
