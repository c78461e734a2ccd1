import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openResources, startBroker } from './broker-process.ts';
import { conformanceCases, runCase } from './conformance-cases.ts';

/**
 * The answers of Apache Kafka 4.3.1 to every case are in `conformance.txt`, a line each. With CONFORMANCE_KAFKA=host:port they are
 * taken from a running Apache Kafka instead, and with RECORD=1 the file is written anew.
 */
const FILE = new URL('conformance.txt', import.meta.url);
const live = process.env['CONFORMANCE_KAFKA'];
const isRecording = process.env['RECORD'] === '1';

/** What differs on purpose, and why. */
const REASONS: readonly { differs: (line: string) => string; because: string }[] = [
  {
    differs: (line) =>
      line
        .replace(/("name":"min.insync.replicas","value":"1","readOnly":false,"configSource":)3/g, '$15')
        .replace(/\{"name":"min.insync.replicas","value":"1","source":3\},/g, ''),
    because:
      'Apache Kafka sets this for the whole cluster when it may elect from eligible leader replicas (KIP-966).',
  },
];

const recorded = new Map<string, unknown[]>(
  fs.existsSync(FILE) && !isRecording
    ? fs
        .readFileSync(FILE, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as [string, unknown[]])
    : [],
);
const resources = openResources();
let port: number;

beforeAll(async () => {
  ({ port } = await startBroker(resources));
});

afterAll(async () => {
  await resources.close();
  if (!isRecording) return;
  fs.writeFileSync(FILE, [...recorded].map((entry) => `${JSON.stringify(entry)}\n`).join(''));
});

async function askApache(name: string): Promise<unknown[]> {
  const testCase = conformanceCases.find((candidate) => candidate.name === name);
  if (!live || !testCase) return recorded.get(name) ?? [];
  const [host = '', apachePort] = live.split(':');
  const answers = await runCase(testCase, { host, port: Number(apachePort) });
  if (isRecording) recorded.set(name, answers);
  return answers;
}

const withoutReasons = (answer: unknown) =>
  JSON.parse(REASONS.reduce((line, reason) => reason.differs(line), JSON.stringify(answer))) as unknown;

describe('the answers agree with those of Apache Kafka', () => {
  it.each(conformanceCases.map((testCase) => [testCase.name, testCase] as const))(
    '%s',
    async (name, testCase) => {
      const theirs = await askApache(name);
      const ours = await runCase(testCase, { host: '127.0.0.1', port });
      expect(theirs.length).toBeGreaterThan(0);
      expect(ours).toEqual(theirs.map(withoutReasons));
    },
  );
});
