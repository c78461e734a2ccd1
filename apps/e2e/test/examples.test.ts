/**
 * Every example does what its README says: its blocks are run as they stand, and print what is written below them.
 * They run at the same time, since each waits for a consumer group to form.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readSteps, runSteps } from '../src/readme.ts';

const examples = new URL('../../../examples/', import.meta.url);
const names = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('the example', () => {
  it.concurrent.each(names)(
    '%s runs as its README says',
    async (name) => {
      const steps = readSteps(readFileSync(new URL(`${name}/README.md`, examples), 'utf8'));
      expect(steps.filter(({ prints }) => prints.length > 0).length).toBeGreaterThanOrEqual(2);
      expect(await runSteps(steps)).toEqual([]);
    },
    120_000,
  );
});
