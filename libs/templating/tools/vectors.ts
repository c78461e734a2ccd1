import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readVectors, runVector, type VectorResult } from './vector-runner.ts';

/*
 * Runs conformance vectors through the engine:
 *   npm run vectors -- FILE.jsonl [--failures N]
 */

const { values, positionals } = parseArgs({
  options: { failures: { type: 'string', default: '0' } },
  allowPositionals: true,
});
const [file] = positionals;
const failures = Number(values.failures);
if (file === undefined || !Number.isInteger(failures) || failures < 0)
  giveUp('Usage: npm run vectors -- FILE.jsonl [--failures N]');

const results = readVectors(textOf(file)).map(runVector);

/** npm runs scripts in the workspace's root; a relative path may be meant from where npm was called. */
function textOf(path: string): string {
  try {
    return readFileSync(existsSync(path) ? path : resolve(process.env['INIT_CWD'] ?? '', path), 'utf8');
  } catch (error) {
    return giveUp(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function giveUp(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}

interface Tally {
  passed: number;
  total: number;
}

function tally(by: (result: VectorResult) => string): [string, Tally][] {
  const groups = new Map<string, Tally>();
  for (const result of results) {
    const key = by(result);
    const group = groups.get(key) ?? { passed: 0, total: 0 };
    group.total++;
    if (result.passed) group.passed++;
    groups.set(key, group);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function printRates(title: string, rates: [string, Tally][]): void {
  process.stdout.write(`${title}\n`);
  for (const [name, { passed, total }] of rates) {
    const rate = ((100 * passed) / total).toFixed(1).padStart(5);
    process.stdout.write(`  ${name.padEnd(26)} ${rate} %  ${String(passed).padStart(5)} of ${total}\n`);
  }
}

printRates(
  'Categories',
  tally((result) => result.vector.category),
);
printRates(
  'Groups',
  tally((result) => result.vector.category.split('/')[0] as string),
);
printRates(
  'Expectation',
  tally((result) => ('error' in result.vector.expect ? 'an error' : 'an output')),
);

const failed = results.filter((result) => !result.passed);
for (const { vector, actual } of failed.slice(0, failures)) {
  const expected =
    'error' in vector.expect ? `fails with ${vector.expect.error}` : JSON.stringify(vector.expect.output);
  process.stdout.write(`\n${vector.id}\n  template ${JSON.stringify(vector.template)}\n`);
  process.stdout.write(`- expected ${expected}\n+ actual   ${actual}\n`);
}
const slowest = results.reduce((most, result) => Math.max(most, result.milliseconds), 0);
process.stdout.write(`\nSlowest vector: ${slowest.toFixed(1)} ms\n`);
process.stdout.write(`${results.length - failed.length} passed, ${failed.length} failed\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
