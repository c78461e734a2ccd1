import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { encodeProduce } from './produce-request.ts';
import type { ProduceRequest } from './produce-request.ts';

const encodeByKafkajs = createRequire(import.meta.url)(
  'kafkajs/src/protocol/requests/produce/v3/request.js',
) as (request: ProduceRequest) => { encode(): Promise<{ buffer: Buffer }> };

const request = (messages: ProduceRequest['topicData'][0]['partitions'][0]['messages']): ProduceRequest => ({
  acks: -1,
  timeout: 30_000,
  transactionalId: 'renderer-tributary.requests-3',
  producerId: long(4711n),
  producerEpoch: 7,
  topicData: [{ topic: 'tributary.events', partitions: [{ partition: 5, firstSequence: 12, messages }] }],
});

/** As kafkajs has 64-bit integers. */
const long = (value: bigint) => ({ value, toString: () => String(value) });
const T = 1_763_700_000_000;
const message = { key: 'key', value: 'value', timestamp: String(T) };

describe('encodeProduce writes what kafkajs writes', () => {
  const cases: [name: string, request: ProduceRequest][] = [
    ['a record', request([message])],
    ['no key', request([{ ...message, key: null }])],
    ['a tombstone', request([{ ...message, value: null }])],
    ['an empty value', request([{ ...message, value: '' }])],
    ['bytes', request([{ ...message, key: Buffer.from([0, 255]), value: Buffer.alloc(70_000, 1) }])],
    ['text beyond ASCII', request([{ ...message, key: 'ключ', value: '💧'.repeat(5_000) }])],
    [
      'headers',
      request([
        { ...message, headers: { 'content-type': 'text/plain', ключ: Buffer.from('€'), many: ['a', 'b'] } },
      ]),
    ],
    [
      'timestamps in any order, days apart',
      request([T + 5, T, T + 9 * 86_400_000].map((time) => ({ ...message, timestamp: String(time) }))),
    ],
    [
      'many records',
      request(Array.from({ length: 300 }, (_, index) => ({ ...message, value: 'x'.repeat(index) }))),
    ],
    ['no transaction, no id', { acks: 1, timeout: 5, topicData: request([message]).topicData }],
    [
      'several topics and partitions',
      {
        ...request([]),
        topicData: ['a', 'b'].map((topic) => ({
          topic,
          partitions: [0, 1].map((partition) => ({ partition, firstSequence: 0, messages: [message] })),
        })),
      },
    ],
  ];

  it.each(cases)('%s', async (_, request) => {
    const expected = (await encodeByKafkajs(request).encode()).buffer;
    expect(encodeProduce(request).equals(expected)).toBe(true);
  });

  it('gives records without a timestamp the time of now', () => {
    const before = BigInt(Date.now());
    const bytes = encodeProduce({ acks: -1, timeout: 1, topicData: request([{ value: 'v' }]).topicData });
    const timestampAt = 2 + 2 + 4 + 4 + 2 + 'tributary.events'.length + 4 + 8 + 27;
    expect(bytes.readBigInt64BE(timestampAt)).toBeGreaterThanOrEqual(before);
    expect(bytes.readBigInt64BE(timestampAt + 8)).toBe(bytes.readBigInt64BE(timestampAt));
  });
});
