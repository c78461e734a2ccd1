import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresForTests } from '@tributary/testing';
import { createPool, recordset } from '../src/index.ts';
import type { Pool } from '../src/index.ts';

const logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
let pool: Pool;
beforeAll(async () => {
  const { url } = await postgresForTests();
  pool = createPool({ connectionString: url, applicationName: 'recordset test', logger });
});
afterAll(() => pool.stop());

const ROWS = recordset(
  {
    id: 'uuid',
    count: 'integer',
    at: 'timestamptz',
    is: 'boolean',
    text: 'text',
    json: 'json',
    ids: 'uuid[]',
    body: 'bytea',
  },
  { first: 2 },
);

const ID = '0199a0f0-0000-7000-8000-000000000001';
const row = {
  id: ID,
  count: -7,
  at: '2026-11-21T10:00:00.000Z',
  is: true,
  text: 'a "quoted" {brace}, NULL, \\ and 💧',
  json: { 'a"': [1, null] },
  ids: [ID, ID],
  body: Buffer.from([0, 255, 10]),
};

async function backOf(rows: Parameters<typeof ROWS.parameters>[0]): Promise<unknown[]> {
  const result = await pool.query(`select * from ${ROWS.item} where $1::text = 'x'`, [
    'x',
    ...ROWS.parameters(rows),
  ]);
  return result.rows;
}

describe('recordset', () => {
  it('gives rows of every type back as they were', async () => {
    expect(await backOf([row])).toEqual([{ ...row, at: new Date(row.at) }]);
  });

  it('keeps null, the empty text, no bytes and the JSON text apart', async () => {
    const empty = {
      id: null,
      count: null,
      at: null,
      is: false,
      text: '',
      json: 'text',
      ids: [],
      body: Buffer.alloc(0),
    };
    const nothing = {
      id: null,
      count: null,
      at: null,
      is: null,
      text: null,
      json: null,
      ids: null,
      body: null,
    };
    expect(await backOf([empty, nothing])).toEqual([empty, nothing]);
  });

  it('takes no rows, and more than a statement has parameters', async () => {
    expect(await backOf([])).toEqual([]);
    const many = Array.from({ length: 70_000 }, (_, count) => ({ ...row, count }));
    const counts = (await backOf(many)).map((given) => (given as { count: number }).count);
    expect(counts).toEqual(many.map(({ count }) => count));
  });
});
