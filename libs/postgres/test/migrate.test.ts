import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { postgresForTests } from '@tributary/testing';
import { createPool, migrate } from '../src/index.ts';
import type { Pool } from '../src/index.ts';

const logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const migrations = new URL('migrations/', import.meta.url);
let url: string;
let pool: Pool;
let folder: string;
beforeEach(async () => {
  ({ url } = await postgresForTests());
  pool = createPool({ connectionString: url, applicationName: 'migrate test', schema: 'ours', logger });
  folder = await mkdtemp(join(tmpdir(), 'tributary-migrations-'));
  await cp(fileURLToPath(migrations), folder, { recursive: true });
});
afterEach(async () => {
  await pool.stop();
  await rm(folder, { recursive: true });
});

const run = (directory: URL = migrations) =>
  migrate({ connectionString: url, directory, schema: 'ours', logger });
const count = async () => (await pool.query<{ n: string }>('SELECT things_count() AS n')).rows[0]!.n;

describe('migrate', () => {
  it('makes the schema and applies the files once, in order', async () => {
    expect(await run()).toEqual(['0001_things', '0002_more-things']);
    expect(await count()).toBe('1');
    expect(await run()).toEqual([]);
    const { rows } = await pool.query<{ schema: string }>(
      `SELECT table_schema AS schema FROM information_schema.tables WHERE table_name IN ('things', 'migrations')`,
    );
    expect(rows).toEqual([{ schema: 'ours' }, { schema: 'ours' }]);
  });

  it('lets processes that start together wait for each other', async () => {
    const applied = await Promise.all([run(), run(), run()]);
    expect(applied.flat()).toEqual(['0001_things', '0002_more-things']);
    expect(await count()).toBe('1');
  });

  it('applies nothing of a set in which one fails', async () => {
    await writeFile(join(folder, '0003_broken.sql'), 'INSERT INTO nowhere VALUES (1);');
    await expect(run(pathToFileURL(`${folder}/`))).rejects.toThrow('nowhere');
    await expect(count()).rejects.toThrow('things_count');
    await rm(join(folder, '0003_broken.sql'));
    expect(await run(pathToFileURL(folder))).toHaveLength(2);
  });

  it('refuses a file that comes before one that was applied', async () => {
    await run();
    await writeFile(join(folder, '0000_late.sql'), 'SELECT 1;');
    await expect(run(pathToFileURL(`${folder}/`))).rejects.toThrow('0000_late');
  });
});
