/** Runs tasks, and tells the caller of a webhook who waits for one how it went. */
import { createConsumer } from '@tributary/consumer';

/** What the templates of run-task and run-task-and-wait put into an event. */
interface TaskRequest {
  project: string;
  domain: string;
  name: string;
  version: string;
  inputs: { data: Record<string, number>; priority?: number };
}

const tasks = new Map([['my_task', sum]]);

const consumer = createConsumer({
  brokers: [process.env['KAFKA'] ?? 'localhost:9092'],
  groupId: 'task-runners',
  filter: { event: 'task.requested' },
  handler: async (event, { reply }) => {
    const { project, domain, name, version, inputs } = event.payload as unknown as TaskRequest;
    const task = tasks.get(name);
    if (!task) {
      await reply({ error: `There is no task ${name}.` });
      return;
    }
    const outputs = task(inputs.data);
    console.log(`${project}/${domain}/${name}/${version}: ${JSON.stringify(outputs)}`);
    const url = `https://console.example/runs/${event.id}`;
    const body = JSON.stringify({ run_id: event.id, url, status: 'succeeded', outputs });
    // False when nobody waits, as after run-task.
    await reply({ content_type: 'application/json', body });
  },
  onPoison: async ({ error }, { reply }) => {
    console.error(error);
    await reply({ error: 'The task failed.' });
  },
});

function sum(data: Record<string, number>): { sum: number } {
  return { sum: Object.values(data).reduce((total, value) => total + value, 0) };
}

await consumer.start();
console.log('Waiting for tasks.');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void consumer.stop());
