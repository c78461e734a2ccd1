import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { tables, withTables } from '../tools/tables.ts';
import { grammarKeys, schemeKeys } from './scheme.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Without what Prettier does to a table. */
const unformatted = (text: string) => text.replace(/-{3,}/g, '---').replace(/[ \n]+/g, ' ');

describe('README.md', () => {
  it('shows every table as the code has it (tools/write-readme.ts writes them)', () => {
    expect(unformatted(withTables(readme))).toBe(unformatted(readme));
    for (const name of Object.keys(tables)) expect(readme).toContain(`<!-- ${name} -->`);
  });

  it('says what every key of the scheme language means', () => {
    for (const { key, meaning } of [...schemeKeys, ...grammarKeys]) {
      expect(meaning).toMatch(/^[A-Z].*\.$|:\s/);
      expect(readme).toContain(`\`${key}\``);
    }
  });
});
