/** What callers see while Kafka is away. On a system of its own, with a broker that may be hurt. */
import { expect, it } from '@jest/globals';
import { chooseKafka, eventually, startHurtableKafka } from '@tributary/testing';
import type { Execution } from '@tributary/event-schemas';
import { startSystem } from '../src/system.ts';
import type { SystemDescription } from '../src/system.ts';

/** A broker in a container cannot be hurt: then it is ours that is. */
async function kindOfRun(): Promise<'native' | 'embedded'> {
  const isNative = process.env['E2E_KAFKA'] === 'apache' && (await chooseKafka()) === 'native';
  return isNative ? 'native' : 'embedded';
}

async function outcomeOf(id: string, system: SystemDescription): Promise<Execution['outcome']> {
  const { api_url, account, workspace, api_key } = system;
  const response = await fetch(`${api_url}/accounts/${account}/workspaces/${workspace}/executions/${id}`, {
    headers: { authorization: `Bearer ${api_key}` },
  });
  if (response.status !== 200) throw new Error(`execution ${id}: ${response.status}`);
  return ((await response.json()) as Execution).outcome;
}

it('"Broker down means 503 with Retry-After, never 2xx", and then all goes on, with all that was acknowledged', async () => {
  const kafka = await startHurtableKafka({ kind: await kindOfRun() });
  const { description, stop } = await startSystem({
    collectorUrl: process.env['E2E_COLLECTOR']!,
    brokers: kafka.brokers,
    settings: { PUBLISH_TIMEOUT_MS: '2000' },
  });
  const acknowledged: string[] = [];
  const call = async (): Promise<Response> => {
    const answer = await fetch(description.webhooks[0]!.url);
    if (answer.ok) acknowledged.push(answer.headers.get('x-execution-id')!);
    return answer;
  };
  try {
    await eventually(async () => (await call()).status === 204);
    await kafka.kill();
    for (let times = 0; times < 3; times += 1) {
      const refused = await call();
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    await kafka.restart();
    await eventually(async () => (await call()).status === 204);
    for (const id of acknowledged)
      await eventually(async () => expect(await outcomeOf(id, description)).toBe('emitted'));
  } finally {
    await stop();
    await kafka.stop();
  }
});
