import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Webhook, WebhookInput } from '@tributary/event-schemas';
import { startProgram } from './process.ts';

/** The parts of `npm start -- --json` that a benchmark uses. */
interface Description {
  api_url: string;
  api_key: string;
  account: string;
  workspace: string;
  kafka: string;
  processes: { service: string; pid: number; url: string }[];
}

/** The whole system, started for a benchmark. */
export interface BenchSystem extends Description {
  /** URL of one process of a service, past the proxy. */
  serviceUrl: (service: string) => string;
  /** Makes a webhook without limits, waits until it can be called, and gives its URL at the ingress itself. */
  createWebhook: (mode: 'quiet' | 'receipt', settings?: Partial<WebhookInput>) => Promise<string>;
  /**
   * Runs `work` while some services stand still, as if they were on machines of their own; what waits for them is on
   * Kafka.
   */
  without: <T>(services: string[], work: () => Promise<T>) => Promise<T>;
  stop: () => Promise<void>;
}

const template = `{
  "event": "pull_request.{{ body.action }}",
  "resource": {
    "prefect.resource.id": "github.repository.{{ body.repository.full_name }}",
    "prefect.resource.name": {{ body.repository.full_name|tojson }}
  },
  "payload": {"sender": {{ body.sender|tojson }}, "number": {{ body.number }}}
}`;

/** Starts the system on its embedded broker, or on the brokers that are given. */
export async function startSystem(brokers?: string): Promise<BenchSystem> {
  const data = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
  const args = ['--json', '--port', '0', '--kafka-port', '0', '--postgres-port', '0', '--data', data];
  if (brokers !== undefined) args.push('--kafka', brokers);
  const { ready, stop } = await startProgram<Description>('apps/stack/src/main.ts', { args });
  const serviceUrl = (service: string) => ready.processes.find((entry) => entry.service === service)!.url;
  return {
    ...ready,
    serviceUrl,
    createWebhook: async (mode, settings) => {
      const response = await fetch(
        `${ready.api_url}/accounts/${ready.account}/workspaces/${ready.workspace}/webhooks/`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${ready.api_key}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            name: `bench ${mode}`,
            template,
            response: { mode },
            limits: { requests_per_second: null, concurrency: null },
            ...settings,
          }),
        },
      );
      if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
      const url = `${serviceUrl('ingress')}/hooks/${((await response.json()) as Webhook).slug}`;
      while ((await fetch(url, { method: 'OPTIONS' })).status === 404) await setTimeout(20);
      return url;
    },
    without: async (services, work) => {
      const still = ready.processes.filter(({ service }) => services.includes(service));
      for (const { pid } of still) process.kill(pid, 'SIGSTOP');
      try {
        return await work();
      } finally {
        for (const { pid } of still) process.kill(pid, 'SIGCONT');
      }
    },
    stop: async () => {
      await stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}
