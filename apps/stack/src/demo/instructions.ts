import { curlLines, workspacePath } from './demo-webhooks.ts';
import type { DemoWebhook } from './demo-webhooks.ts';

/** What a person needs to know of a running system. */
export interface RunningSystem {
  url: string;
  apiKey: string;
  account: string;
  workspace: string;
  kafka: string;
  webhooks: DemoWebhook[];
  /** Further things worth a line: label and value. */
  more?: [string, string][];
}

/** What is printed once everything is ready. */
export function instructions({ url, apiKey, kafka, webhooks, more = [], ...ids }: RunningSystem): string {
  const api = `${url}${workspacePath(ids)}`;
  const facts: [string, string][] = [
    ['Webhooks', `${url}/hooks/...`],
    ['API', api],
    ['API key', apiKey],
    ['Kafka', kafka],
    ...more,
  ];
  return [
    'Tributary is ready.',
    '',
    ...facts.map(([label, value]) => `  ${label.padEnd(10)} ${value}`),
    ...(webhooks.length === 0 ? [] : ['', 'Call the demo webhooks; 204 means that the event exists:', '']),
    ...curlLines(webhooks).map((line) => `  ${line}`),
    '',
    'See the events, over HTTP and on Kafka:',
    '',
    `  curl -s -H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json' -d '{}' ${api}/events/filter`,
    `  kcat -C -b ${kafka.split(',')[0]} -t tributary.events -e`,
    '',
  ].join('\n');
}
