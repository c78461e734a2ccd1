/** Registers the people who arrive, each with a photo. */
import { createHash } from 'node:crypto';
import { createConsumer } from '@tributary/consumer';

/** What the template puts into an event: the part `person`, which is JSON, and the part `photo`, which is a file. */
interface Arrival {
  person: { firstname?: string; lastname?: string };
  photo: { filename: string; content_type: string; size: number; data: string };
}

const consumer = createConsumer({
  brokers: [process.env['KAFKA'] ?? 'localhost:9092'],
  groupId: 'reception',
  filter: { event: 'person.arrived' },
  handler: async (event, { reply }) => {
    const { person, photo } = event.payload as unknown as Arrival;
    if (!person.firstname) {
      await reply({ error: 'A person needs a firstname.' });
      return;
    }
    const bytes = Buffer.from(photo.data, 'base64');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    console.log(`${person.firstname} with ${photo.filename} (${photo.content_type})`);
    await reply({
      status: 201,
      content_type: 'application/json',
      body: JSON.stringify({ registered: person.firstname, photo: { bytes: bytes.length, sha256 } }),
    });
  },
  onPoison: async ({ error }, { reply }) => {
    console.error(error);
    await reply({ error: 'The person could not be registered.' });
  },
});

await consumer.start();
console.log('Waiting for people.');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void consumer.stop());
