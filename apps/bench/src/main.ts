/**
 * `npm run bench`, or `npm run bench -- SUITE...`: measures, prints a table per suite, and ends with one line of JSON. Figures
 * are to be compared within one run only.
 */
import { spawnSync } from 'node:child_process';
import { startApacheKafka } from './apache-kafka.ts';
import { root } from './process.ts';
import { machine, printTable } from './report.ts';
import type { Row } from './report.ts';
import { broker } from './suites/broker.ts';
import { directory } from './suites/directory.ts';
import { ingress } from './suites/ingress.ts';
import { neighbour } from './suites/neighbour.ts';
import { pipeline } from './suites/pipeline.ts';
import { validation } from './suites/validation.ts';
import { startSystem } from './system.ts';
import type { BenchSystem } from './system.ts';

const systemSuites: Record<string, (kafkaName: string, system: BenchSystem) => Promise<Row[]>> = {
  ingress,
  neighbour,
  pipeline,
};
const known = ['validation', ...Object.keys(systemSuites), 'broker', 'directory', 'templating'];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}. Suites: ${known.join(', ')}.`);
  process.exit(2);
}
const wanted = asked.length === 0 ? known : asked;

const results: Record<string, Row[]> = {};
function add(suite: string, rows: Row[]): void {
  printTable(suite, rows);
  results[suite] = [...(results[suite] ?? []), ...rows];
}

console.log(machine());
if (wanted.includes('validation')) add('validation', validation());

const onSystem = Object.entries(systemSuites).filter(([name]) => wanted.includes(name));
if (onSystem.length > 0) {
  const kafka = await startApacheKafka();
  for (const [kafkaName, brokers] of [
    ['Apache Kafka', kafka.ready.brokers],
    ['embedded Kafka', undefined],
  ] as const) {
    const system = await startSystem(brokers);
    for (const [name, suite] of onSystem) add(name, await suite(kafkaName, system));
    await system.stop();
    if (brokers !== undefined) await kafka.stop();
  }
}

if (wanted.includes('broker')) add('broker', await broker());
if (wanted.includes('directory')) add('directory', await directory());

if (wanted.includes('templating')) {
  spawnSync(
    process.execPath,
    ['--conditions=tributary-source', `${root}libs/templating/bench/templating.ts`],
    {
      stdio: 'inherit',
    },
  );
}

console.log(JSON.stringify({ machine: machine(), results }));
