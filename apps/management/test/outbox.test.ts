import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startHurtableKafka } from '@tributary/testing';
import type { HurtableKafka } from '@tributary/testing';
import { apiOf, databaseOf, installation, startManagement, stopAll } from './support/management.ts';
import type { Installation } from './support/management.ts';
import { readTopic } from './support/read-topic.ts';

let kafka: HurtableKafka;
let of: Installation;
beforeAll(async () => {
  kafka = await startHurtableKafka();
  of = await installation(kafka);
}, 240_000);
afterEach(stopAll);
afterAll(() => kafka.stop());

const impatient = { env: { PUBLISH_TIMEOUT_MS: '500' } };

describe('while Kafka is down', () => {
  it('changes are saved and answered with 503, creating with 201, and all is delivered in order later', async () => {
    const management = await startManagement(of, impatient);
    const api = apiOf(management, of);
    const [changed, rotated, deleted] = [await api.create(), await api.create(), await api.create()];
    await kafka.kill('SIGKILL');

    const patch = await api.call('PATCH', `/webhooks/${changed.id}`, { enabled: false });
    expect(patch.status).toBe(503);
    expect(Number(patch.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(patch.headers.get('content-type')).toMatch('application/problem+json');
    expect(((await patch.json()) as { detail: string }).detail).toMatch(/saved and will take effect/);
    expect((await api.call('POST', `/webhooks/${rotated.id}/rotate`)).status).toBe(503);
    expect((await api.call('DELETE', `/webhooks/${deleted.id}`)).status).toBe(503);
    const created = await api.create({ name: 'made without Kafka' });

    // Reads show what was saved, and the service stays ready to serve them.
    expect(await api.get(changed.id)).toMatchObject({ enabled: false });
    expect((await api.get(rotated.id)).slug).not.toBe(rotated.slug);
    expect((await api.call('GET', `/webhooks/${deleted.id}`)).status).toBe(404);
    expect(await api.get(created.id)).toEqual(created);
    expect(management.ready()).toBe(true);
    // A repetition that finds its change still waiting is not told that it is done.
    expect((await api.call('PATCH', `/webhooks/${changed.id}`, { enabled: false })).status).toBe(503);
    expect((await api.call('DELETE', `/webhooks/${deleted.id}`)).status).toBe(503);

    await kafka.restart();
    const topic = await readTopic(of.brokers, 'tributary.webhooks');
    const versions = (id: string) => topic.of(id).map((record) => record?.['version']);
    await eventually(() => {
      expect(versions(changed.id).at(-1)).toBe(2);
      expect(topic.of(rotated.id).at(-1)).toMatchObject({ version: 2 });
      expect(topic.of(deleted.id).at(-1)).toEqual({ deleted: true, id: deleted.id, version: 2 });
      expect(versions(created.id).at(-1)).toBe(1);
    });
    expect(versions(changed.id)).toEqual([...versions(changed.id)].sort());
    await eventually(async () => (await databaseOf(of).query('SELECT FROM outbox')).rowCount === 0);
    expect((await api.call('PATCH', `/webhooks/${changed.id}`, { enabled: true })).status).toBe(204);
    await topic.stop();
  });

  it('an instance starts, and what another has left is delivered by it', async () => {
    const first = await startManagement(of, impatient);
    await kafka.kill('SIGKILL');
    const created = await apiOf(first, of).create();
    await first.stop();

    const second = await startManagement(of, impatient);
    expect(second.ready()).toBe(true);
    expect(await apiOf(second, of).get(created.id)).toEqual(created);
    await kafka.restart();
    const topic = await readTopic(of.brokers, 'tributary.webhooks');
    await eventually(() => topic.of(created.id).length > 0);
    await topic.stop();
  });
});
