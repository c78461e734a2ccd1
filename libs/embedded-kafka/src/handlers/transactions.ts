import type { ClientContext, Handler } from '../broker-context.ts';
import { errors } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';

/** Older clients know a fenced producer by its epoch alone. */
function fencedFor(errorCode: ErrorCode, client: ClientContext, options: { since: number }): ErrorCode {
  const isOld = client.version < options.since;
  return errorCode === errors.PRODUCER_FENCED && isOld ? errors.INVALID_PRODUCER_EPOCH : errorCode;
}

export const initProducerId: Handler<'initProducerId'> = async (context, request, client) => {
  const hasHalf = request.producerId < 0 !== request.producerEpoch < 0;
  if (hasHalf) return { errorCode: errors.INVALID_REQUEST };
  const result = await context.transactions.init({ ...request, timeoutMs: request.transactionTimeoutMs });
  return { ...result, errorCode: fencedFor(result.errorCode, client, { since: 4 }) };
};

export const addPartitionsToTxn: Handler<'addPartitionsToTxn'> = async (context, request, client) => {
  const asked = request.topics.flatMap(({ name, partitions }) =>
    partitions.map((index) => ({ name, index })),
  );
  const isKnown = ({ name, index }: { name: string; index: number }) =>
    context.topics.partition(name, index) !== undefined;
  const allKnown = asked.every(isKnown);
  const partitions = asked.map(({ name, index }) => `${name}\n${index}`);
  const result = allKnown
    ? context.transactions.add(request, { partitions })
    : errors.OPERATION_NOT_ATTEMPTED;
  const errorCode = fencedFor(result, client, { since: 2 });
  return {
    topics: request.topics.map(({ name, partitions: indexes }) => ({
      name,
      partitions: indexes.map((index) => ({
        index,
        errorCode: isKnown({ name, index }) ? errorCode : errors.UNKNOWN_TOPIC_OR_PARTITION,
      })),
    })),
  };
};

export const addOffsetsToTxn: Handler<'addOffsetsToTxn'> = async (context, request, client) => {
  const result = context.transactions.add(request, { groups: [request.groupId] });
  return { errorCode: fencedFor(result, client, { since: 2 }) };
};

export const endTxn: Handler<'endTxn'> = async (context, request, client) => {
  const result = await context.transactions.end(request, request.committed);
  return { errorCode: fencedFor(result, client, { since: 2 }) };
};
