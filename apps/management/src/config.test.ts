import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { describeConfig, readConfig } from '@tributary/service-runtime';
import { managementEnv } from './config.ts';

const key = randomBytes(32).toString('base64');
const env = {
  KAFKA_BROKERS: 'localhost:9092',
  DATABASE_URL: 'postgres://user:hunter2@localhost:5432/tributary',
  MASTER_KEY: `k1:${key}`,
  BOOTSTRAP_ACCOUNT_ID: '11111111-1111-4111-8111-11111111111A',
  BOOTSTRAP_WORKSPACE_ID: '22222222-2222-4222-8222-222222222222',
  BOOTSTRAP_API_KEY: `tbk_${'x'.repeat(43)}`,
};

describe('the configuration', () => {
  it('is printed without a secret', () => {
    const printed = JSON.stringify(describeConfig(managementEnv, readConfig(managementEnv, env)));
    expect(printed).toContain('localhost:9092');
    for (const secret of ['hunter2', key, env.BOOTSTRAP_API_KEY]) expect(printed).not.toContain(secret);
  });

  it('writes ids in their one form', () => {
    const { BOOTSTRAP_ACCOUNT_ID: account } = readConfig(managementEnv, env);
    expect(account).toBe('11111111-1111-4111-8111-11111111111a');
  });

  it.each([
    ['a part of the bootstrap', { BOOTSTRAP_API_KEY: '' }, /belong together/],
    ['a short bootstrap key', { BOOTSTRAP_API_KEY: 'short' }, /32 to 512 characters/],
    ['an id that is none', { BOOTSTRAP_ACCOUNT_ID: 'x' }, /BOOTSTRAP_ACCOUNT_ID: must be a UUID/],
    ['a database of another kind', { DATABASE_URL: 'mysql://localhost' }, /DATABASE_URL: must be postgres/],
    ['a short master key', { MASTER_KEY: 'k1:c2hvcnQ=' }, /MASTER_KEY: The master keys are not valid/],
  ])('refuses %s with a sentence', (_what, changes, sentence) => {
    expect(() => readConfig(managementEnv, { ...env, ...changes })).toThrow(sentence);
  });
});
