import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readVectors, runVector } from '../tools/vector-runner.ts';

/** Vectors that may fail, by id, each with the reason. There must be fewer than 1 in 200. */
const exceptions = JSON.parse(readFileSync(new URL('exceptions.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;

const results = readVectors(readFileSync(new URL('vectors.jsonl', import.meta.url), 'utf8')).map(runVector);

describe('conformance vectors', () => {
  it('are all there', () => {
    expect(results.length).toBeGreaterThan(3600);
  });

  it('render as in Python', () => {
    const failed = results.filter(({ passed, vector }) => !passed && !(vector.id in exceptions));
    expect(
      failed.map(({ vector, actual }) => ({ id: vector.id, template: vector.template, actual })),
    ).toEqual([]);
  });

  it('have few exceptions, none of them stale', () => {
    expect(Object.keys(exceptions).length * 200).toBeLessThan(results.length);
    const passing = results.filter(({ passed, vector }) => passed && vector.id in exceptions);
    expect(passing.map(({ vector }) => vector.id)).toEqual([]);
  });
});
