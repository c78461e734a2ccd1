/**
 * The floor: the least that takes a request and puts it durably on Kafka. A bare `node:http` server that keeps the bytes and
 * produces them with kafkajs in micro-batches (what waits goes out when the last batch has returned), and does nothing
 * else. Run as a process of its own: `BROKERS=host:port TOPIC=name node floor.ts`; prints its port.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Message, Producer } from 'kafkajs';

const brokers = (process.env['BROKERS'] ?? '').split(',');
const topic = process.env['TOPIC'] ?? '';
const kafka = new Kafka({ clientId: 'floor', brokers, logLevel: logLevel.ERROR });

/** One producer with at most one batch under way. */
class Lane {
  private waiting: { message: Message; done: (status: number) => void }[] = [];
  private busy = false;
  readonly #producer: Producer;

  constructor(producer: Producer) {
    this.#producer = producer;
  }

  send(message: Message, done: (status: number) => void): void {
    this.waiting.push({ message, done });
    if (!this.busy) void this.flush();
  }

  private async flush(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      const status = await this.#producer
        .send({ topic, acks: -1, messages: batch.map(({ message }) => message) })
        .then(() => 200)
        .catch((error: unknown) => {
          console.error(error);
          return 503;
        });
      for (const { done } of batch) done(status);
    }
    this.busy = false;
  }
}

const lanes = await Promise.all(
  [0, 1].map(async () => {
    const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    return new Lane(producer);
  }),
);

let turn = 0;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const value = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    const headers = {
      request: JSON.stringify({ method: request.method, path: request.url, headers: request.rawHeaders }),
    };
    lanes[turn++ % lanes.length]!.send({ value, headers }, (status) => {
      response.writeHead(status).end();
    });
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
process.on('SIGTERM', () => process.exit(0));
