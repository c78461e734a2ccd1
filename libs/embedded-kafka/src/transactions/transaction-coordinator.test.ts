import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { buildTestBatch } from '../../test/build-test-batch.ts';
import { OffsetStore } from '../groups/offset-store.ts';
import { PartitionLog } from '../log/partition-log.ts';
import type { TopicSettings } from '../topics/topic-config.ts';
import { errors } from '../protocol/errors.ts';
import { ProducerIds } from './producer-ids.ts';
import { TransactionCoordinator } from './transaction-coordinator.ts';

const warn = () => undefined;
let directory: string;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'transactions-'));
});

afterEach(() => fs.rmSync(directory, { recursive: true }));

const settings = { segmentBytes: 1 << 20, segmentMs: 1e9, appendTime: false } as TopicSettings;

it('completes a commit that an error of the disk has interrupted', async () => {
  const log = (name: string) =>
    new PartitionLog(path.join(directory, name), { fsync: false, settings: () => settings, warn });
  const logs = [log('t-0'), log('t-1')];
  const offsets = new OffsetStore(path.join(directory, 'offsets'), { fsync: false, warn });
  const transactions = new TransactionCoordinator(path.join(directory, 'transactions'), {
    fsync: false,
    warn,
    maxTimeoutMs: 60_000,
    idExpirationMs: 60_000,
    partition: (_, index) => logs[index],
    offsets,
    producerIds: new ProducerIds(path.join(directory, 'ids'), { fsync: false, warn }),
  });
  const init = { transactionalId: 'id', timeoutMs: 1000, producerId: -1, producerEpoch: -1 };
  const { producerId = -1, producerEpoch = -1 } = await transactions.init(init);
  const producer = { transactionalId: 'id', producerId, producerEpoch };
  expect(transactions.add(producer, { partitions: ['t\n0', 't\n1'] })).toBe(errors.NONE);
  const batch = { producerId, producerEpoch, baseSequence: 0, transactional: true };
  for (const each of logs) each.append(buildTestBatch(batch));

  const [, second] = logs as [PartitionLog, PartitionLog];
  const { appendMarker } = second;
  second.appendMarker = () => {
    throw new Error('no space left on device');
  };
  await expect(transactions.end(producer, true)).rejects.toThrow('no space');
  expect(logs.map((each) => each.lastStableOffset)).toEqual([2, 0]);
  expect(await transactions.end(producer, true)).toBe(errors.CONCURRENT_TRANSACTIONS);

  second.appendMarker = appendMarker;
  await transactions.expire(Date.now());
  expect(logs.map((each) => each.lastStableOffset)).toEqual([2, 2]);
  expect(logs.map((each) => each.endOffset)).toEqual([2, 2]);
  expect(await transactions.end(producer, true)).toBe(errors.NONE);
  transactions.close();
  offsets.close();
  for (const each of logs) await each.close();
});
