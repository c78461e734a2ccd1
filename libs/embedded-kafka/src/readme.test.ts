import fs from 'node:fs';
import { expect, it } from '@jest/globals';
import { apis } from './protocol/apis.ts';

const README = new URL('../README.md', import.meta.url);

it('lists in the README the APIs and versions that are served', () => {
  const rows = Object.values(apis)
    .sort((a, b) => a.key - b.key)
    .map(({ name, key, versions }) => `${name} | ${key} | ${versions}`);
  const text = fs.readFileSync(README, 'utf8');
  const table = text.slice(text.indexOf('<!-- apis'), text.indexOf('<!-- /apis -->'));
  const listed = [...table.matchAll(/^\| (\w+) +\| (\d+) +\| ([\d-]+) +\|$/gm)].map(
    ([, name, key, versions]) => `${name} | ${key} | ${versions}`,
  );
  expect(listed).toEqual(rows);
});
