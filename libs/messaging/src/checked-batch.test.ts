import { describe, expect, it } from '@jest/globals';
import { Batch } from './checked-batch.ts';

const member = (topic: string, partition: number, bytes = 10) => ({
  topic,
  partition,
  bytes,
  message: { key: null, value: 'x', partition },
});

describe('a batch', () => {
  it('takes a record of any size, but then no other with it', () => {
    const batch = new Batch();
    expect(batch.add(member('a', 0, 5_000_000))).toBe(true);
    expect(batch.add(member('b', 0))).toBe(false);
    expect(batch.size).toBe(1);
  });

  it('leaves out what would make the batch of one partition larger than a broker takes', () => {
    const batch = new Batch();
    expect(batch.add(member('a', 0, 800_000))).toBe(true);
    expect(batch.add(member('a', 0, 800_000))).toBe(false);
    expect(batch.add(member('a', 1, 800_000))).toBe(true);
  });

  it('gives each record its offset, in the order in which they were added', () => {
    const batch = new Batch<ReturnType<typeof member>>();
    const [first, other, second] = [member('a', 0), member('a', 1), member('a', 0)];
    for (const entry of [first, other, second]) batch.add(entry);
    const offsets = new Map<unknown, bigint>();
    const answers = [
      { topicName: 'a', partition: 0, errorCode: 0, baseOffset: '7' },
      { topicName: 'a', partition: 1, errorCode: 0, baseOffset: '3' },
    ];
    expect(batch.acknowledge(answers, (entry, offset) => offsets.set(entry, offset))).toEqual({
      repeated: false,
    });
    expect([first, other, second].map((entry) => offsets.get(entry))).toEqual([7n, 3n, 8n]);
  });

  it('does not take the silence about a partition for an acknowledgement', () => {
    const batch = new Batch();
    batch.add(member('a', 0));
    batch.add(member('a', 1));
    const answers = [{ topicName: 'a', partition: 0, errorCode: 0, baseOffset: '7' }];
    expect(() => batch.acknowledge(answers, () => undefined)).toThrow('did not acknowledge partition 1 of a');
  });

  it('says when a partition was written twice', () => {
    const batch = new Batch();
    batch.add(member('a', 0));
    const answer = { topicName: 'a', partition: 0, errorCode: 0, baseOffset: '7' };
    expect(batch.acknowledge([answer, { ...answer, baseOffset: '8' }], () => undefined)).toEqual({
      repeated: true,
    });
  });
});
