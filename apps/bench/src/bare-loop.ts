/**
 * The bare loop: the least that answers a call after its event is committed. One process takes calls and produces them, one
 * consumes them, produces in a transaction with its position, and produces the reply that the first consumes; no webhook, no
 * template, no checks. Run as two processes: `BROKERS=host:port TOPIC=prefix ROLE=front|worker node bare-loop.ts`; each
 * prints a line of JSON when it is ready.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Consumer, EachBatchPayload } from 'kafkajs';

const prefix = process.env['TOPIC'] ?? '';
const requests = `${prefix}.requests`;
const events = `${prefix}.events`;
const replies = `${prefix}.replies`;
// The waits are those of libs/messaging: kafkajs's own would add 300 ms to a transaction that follows another.
const kafka = new Kafka({
  clientId: 'bare-loop',
  brokers: (process.env['BROKERS'] ?? '').split(','),
  // Each transaction that begins while the one before is being ended is refused once, and tried again.
  logLevel: logLevel.NOTHING,
  retry: { initialRetryTime: 5, maxRetryTime: 100, factor: 0, retries: 100 },
});
const producer = () =>
  kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });

/** Resolves when the group was joined. */
async function consume(
  consumer: Consumer,
  topic: string,
  eachBatch: (payload: EachBatchPayload) => Promise<void>,
): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ autoCommit: false, partitionsConsumedConcurrently: 16, eachBatch });
  await joined;
}

async function front(): Promise<void> {
  const output = producer();
  await output.connect();
  const waiting = new Map<string, ServerResponse>();
  const input = kafka.consumer({ groupId: `${prefix}.front`, maxWaitTimeInMs: 250 });
  await consume(input, replies, ({ batch }) => {
    for (const { key } of batch.messages) {
      const id = key?.toString() ?? '';
      waiting.get(id)?.writeHead(204).end();
      waiting.delete(id);
    }
    return Promise.resolve();
  });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const id = randomUUID();
      waiting.set(id, response);
      const headers = { id, request: JSON.stringify(request.rawHeaders) };
      void output.send({
        topic: requests,
        acks: -1,
        messages: [{ key: 'webhook', value: Buffer.concat(chunks), headers }],
      });
    });
  });
  server.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
  });
}

async function worker(): Promise<void> {
  const groupId = `${prefix}.worker`;
  const answers = producer();
  await answers.connect();
  const output = kafka.producer({
    idempotent: true,
    transactionalId: groupId,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 5, maxRetryTime: 100, factor: 0, retries: 100 },
  });
  await output.connect();
  const input = kafka.consumer({ groupId, maxWaitTimeInMs: 250 });
  await consume(input, requests, async ({ batch }) => {
    const { topic, partition, messages } = batch;
    const transaction = await output.transaction();
    const ids = messages.map(({ headers }) => String(headers?.['id']));
    await transaction.send({
      topic: events,
      acks: -1,
      messages: messages.map(({ value }, index) => ({ key: ids[index]!, value })),
    });
    const offset = String(BigInt(batch.lastOffset()) + 1n);
    await transaction.sendOffsets({
      consumerGroupId: groupId,
      topics: [{ topic, partitions: [{ partition, offset }] }],
    });
    await transaction.commit();
    void answers.send({ topic: replies, acks: -1, messages: ids.map((id) => ({ key: id, value: 'ok' })) });
  });
  console.log(JSON.stringify({ ready: true }));
}

process.on('SIGTERM', () => process.exit(0));
await (process.env['ROLE'] === 'worker' ? worker() : front());
