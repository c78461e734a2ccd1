import { createRequire } from 'node:module';

/** What this file knows of kafkajs's insides. */
interface FetchedMessage {
  key: Buffer | null;
  offset: string;
  isControlRecord: boolean;
  batchContext?: { producerId: string; inTransaction: boolean };
}

export interface FetchedPartition {
  messages: FetchedMessage[];
  abortedTransactions?: { producerId: string; firstOffset: string }[] | null;
}

interface FetchResponse {
  responses: { partitions: FetchedPartition[] }[];
}

interface BrokerPrototype {
  fetch(request: unknown): Promise<FetchResponse>;
}

/**
 * kafkajs 2.2.4 shows records of aborted transactions to readers of committed ones. A broker lists the aborted
 * transactions of a fetch in the order in which they ended; kafkajs (`filterAbortedMessages`) takes that for the order in
 * which they began, and so misses one that began before another and ended after it. It also lets a first record
 * through where two were open, and takes any record whose key is four zero bytes for the end of a transaction. This
 * repairs what each fetch gives before kafkajs looks at it, for all consumers of the process.
 */
export function repairReadCommitted(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/broker/index.js') as {
    prototype: BrokerPrototype;
  };
  if (repaired in prototype) return;
  const { fetch } = prototype;
  prototype.fetch = async function (request) {
    const response = await fetch.call(this, request);
    for (const { partitions } of response.responses) partitions.forEach(hideAborted);
    return response;
  };
  Object.defineProperty(prototype, repaired, { value: true });
}

const repaired = Symbol.for('@tributary/messaging read-committed');

/**
 * Marks the records of aborted transactions as control records: kafkajs does not show those, and counts their offsets.
 */
export function hideAborted(partition: FetchedPartition): void {
  const { messages, abortedTransactions } = partition;
  if (!abortedTransactions || abortedTransactions.length === 0) return;
  const begins = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, offset: BigInt(firstOffset) }))
    .sort((a, b) => (a.offset < b.offset ? -1 : 1));
  const aborting = new Set<string>();
  let next = 0;
  for (const message of messages) {
    const offset = BigInt(message.offset);
    while (next < begins.length && begins[next]!.offset <= offset) aborting.add(begins[next++]!.producerId);
    const { producerId, inTransaction } = message.batchContext ?? { producerId: '', inTransaction: false };
    // A producer has one transaction at a time, so its marker, which can only be that of the abort, ends this one.
    if (message.isControlRecord) aborting.delete(producerId);
    else if (inTransaction && aborting.has(producerId)) message.isControlRecord = true;
  }
  partition.abortedTransactions = [];
}
