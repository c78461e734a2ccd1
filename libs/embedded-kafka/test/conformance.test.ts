import fs from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coordinated, startApacheKafka } from './apache-kafka.ts';
import { openResources, startBroker } from './broker-process.ts';
import { conformanceCases, runCase } from './conformance-cases.ts';
import type { ConformanceCase } from './conformance-cases.ts';

/**
 * Every case is run against this broker and, where the machine can, against a fresh Apache Kafka. Apache Kafka 4.3.1's answers
 * are also in `conformance.txt`, a line each, for machines that cannot; RECORD=1 writes that file anew.
 */
const FILE = new URL('conformance.txt', import.meta.url);
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
  fs
    .readFileSync(FILE, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, unknown[]]),
);
const seen: [string, unknown[]][] = [];
const resources = openResources();
let ours: string;
let apache: string | undefined;

beforeAll(async () => {
  ours = (await startBroker(resources)).address;
  apache = await startApacheKafka(resources);
}, 240_000);

afterAll(async () => {
  await resources.close();
  if (isRecording) fs.writeFileSync(FILE, seen.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
});

/** A busy machine may let Apache Kafka fence its only broker for a moment: what it then says is asked for again. */
async function askApache(address: string, testCase: ConformanceCase): Promise<unknown[]> {
  const answers = await runCase(testCase, address);
  if (isRecording || isDeepStrictEqual(answers, recorded.get(testCase.name))) return answers;
  await coordinated(address);
  return runCase(testCase, address);
}

const withoutReasons = (answer: unknown) =>
  JSON.parse(REASONS.reduce((line, reason) => reason.differs(line), JSON.stringify(answer))) as unknown;

describe('the answers agree with those of Apache Kafka', () => {
  it.each(conformanceCases.map((testCase) => [testCase.name, testCase] as const))(
    '%s',
    async (name, testCase) => {
      const theirs = apache === undefined ? recorded.get(name) : await askApache(apache, testCase);
      seen.push([name, theirs ?? []]);
      expect(theirs?.length).toBeGreaterThan(0);
      if (!isRecording) expect(theirs).toEqual(recorded.get(name));
      expect(await runCase(testCase, ours)).toEqual(theirs?.map(withoutReasons));
    },
    60_000,
  );
});
