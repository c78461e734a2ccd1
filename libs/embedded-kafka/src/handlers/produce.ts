import type { BrokerContext, ClientContext, Handler } from '../broker-context.ts';
import { checkBatch } from '../log/check-batch.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Request, Response } from '../protocol/apis.ts';
import { errors } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { ItemOf } from '../protocol/schema.ts';
import type { Topic } from '../topics/topic-store.ts';

type ProduceRequest = Request<'produce'>;
type PartitionResult = ItemOf<ItemOf<Response<'produce'>['topics']>['partitions']>;

/** Appends each partition's batch. Not before all of them are as durable as promised is the request answered. */
export const produce: Handler<'produce'> = async (context, request, client) => {
  const logs = new Set<PartitionLog>();
  const topics = request.topics.map((asked) => {
    const topic = context.topics.find(asked);
    const partitions = asked.partitions.map(({ index, records }): PartitionResult => {
      const log = topic?.partitions[index];
      if (!topic || !log) {
        const isNamed = client.version < 13 || topic;
        return failed(index, isNamed ? errors.UNKNOWN_TOPIC_OR_PARTITION : errors.UNKNOWN_TOPIC_ID);
      }
      logs.add(log);
      return appendTo(context, { topic, log, index, records }, { request, client });
    });
    return { name: asked.name, topicId: asked.topicId, partitions };
  });
  const isAppended = await flushed(context, logs);
  if (isAppended) return { topics };
  return {
    topics: topics.map((topic) => ({
      ...topic,
      partitions: topic.partitions.map(({ index = 0 }) => failed(index, errors.KAFKA_STORAGE_ERROR)),
    })),
  };
};

async function flushed(context: BrokerContext, logs: ReadonlySet<PartitionLog>): Promise<boolean> {
  try {
    await Promise.all([...logs].map((log) => log.flush()));
    return true;
  } catch (error) {
    context.log('warn', `the disk did not take what was written: ${String(error)}`);
    return false;
  }
}

function failed(index: number, errorCode: ErrorCode, errorMessage: string | null = null): PartitionResult {
  return { index, errorCode, baseOffset: -1, errorMessage };
}

function appendTo(
  context: BrokerContext,
  target: { topic: Topic; log: PartitionLog; index: number; records: Buffer | null },
  from: { request: ProduceRequest; client: ClientContext },
): PartitionResult {
  const { topic, log, index } = target;
  const { acks } = from.request;
  if (acks < -1 || acks > 1) return failed(index, errors.INVALID_REQUIRED_ACKS);
  const records = target.records ?? Buffer.alloc(0);
  const checked = checkBatch(records, {
    maxMessageBytes: topic.settings.maxMessageBytes,
    allowsZstd: from.client.version >= 7,
    newestTimestamp: topic.settings.appendTime ? undefined : Date.now() + topic.settings.maxTimestampAheadMs,
    needsKeys: topic.settings.compact,
  });
  if (!checked.header) {
    const refused = failed(index, checked.errorCode, checked.message);
    return checked.isLate ? { ...refused, logStartOffset: log.startOffset } : refused;
  }
  const { header } = checked;
  const logStartOffset = log.startOffset;
  const sequence = log.check(header);
  if (sequence.outcome === 'refused') return { ...failed(index, sequence.errorCode), logStartOffset };
  if (sequence.outcome === 'duplicate') {
    const { baseOffset, timestamp: logAppendTimeMs } = sequence;
    return { index, baseOffset, logAppendTimeMs, logStartOffset };
  }
  if (header.isTransactional && log.producers.openedAt(header.producerId) === undefined) {
    const refusal = context.transactions.verify(
      {
        transactionalId: from.request.transactionalId ?? '',
        producerId: header.producerId,
        producerEpoch: header.producerEpoch,
      },
      { partition: `${topic.name}\n${index}` },
    );
    if (refusal !== errors.NONE) return failed(index, forVersion(refusal, from.client.version));
  }
  try {
    const { baseOffset, appendTime } = log.append(records);
    return { index, baseOffset, logAppendTimeMs: appendTime, logStartOffset };
  } catch (error) {
    context.log('warn', `cannot append to ${topic.name}-${index}: ${String(error)}`);
    return failed(index, errors.KAFKA_STORAGE_ERROR);
  }
}

/** TRANSACTION_ABORTABLE is known from version 11 on. */
function forVersion(errorCode: ErrorCode, version: number): ErrorCode {
  return errorCode === errors.TRANSACTION_ABORTABLE && version < 11 ? errors.INVALID_TXN_STATE : errorCode;
}
