import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Resources } from './broker-process.ts';
import { until } from './broker-process.ts';
import { connectFrames } from './frame-client.ts';

const program = fileURLToPath(new URL('../../testing/src/kafka-main.ts', import.meta.url));

/**
 * Starts an Apache Kafka of its own for a test; its address, or undefined where the machine has none. With CI set it has to be
 * there. What starts it belongs to a library that depends on this one, so it runs as a program.
 */
export async function startApacheKafka(resources: Resources): Promise<string | undefined> {
  if (process.env['TEST_KAFKA'] === 'embedded') return undefined;
  const owner = ['--owner', String(process.pid)];
  const child = spawn(process.execPath, ['--conditions=tributary-source', program, ...owner], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  resources.defer(() => child.kill());
  for await (const line of createInterface({ input: child.stdout })) {
    const { brokers, kind } = JSON.parse(line) as { brokers: string; kind: string };
    if (kind === 'embedded') return undefined;
    await coordinated(brokers);
    return brokers;
  }
  throw new Error('Apache Kafka did not start.');
}

/**
 * Waits until groups and transactions are served: the first who asks makes Apache Kafka create the topics in which it keeps
 * them.
 */
export async function coordinated(address: string): Promise<void> {
  const [host, port] = address.split(':');
  const client = await connectFrames(Number(port), host);
  const group = { groupId: 'first', topics: [], groups: [], requireStable: true };
  const producer = { transactionalId: 'first', transactionTimeoutMs: 1000 };
  const idempotent = { transactionalId: null, transactionTimeoutMs: 1000 };
  await until('every coordinator is there', async () => {
    for (const keyType of [0, 1])
      await client.send('findCoordinator', 3, { key: 'first', keyType, coordinatorKeys: [] });
    const answers = [
      await client.send('offsetFetch', 7, group),
      await client.send('initProducerId', 4, producer),
      await client.send('initProducerId', 4, idempotent),
    ];
    return answers.every(({ errorCode }) => errorCode === 0);
  });
  client.close();
}
