import { describe, expect, it } from '@jest/globals';
import { describeConfig, readConfig } from '@tributary/service-runtime';
import { configSchema } from './config.ts';

const env = { KAFKA_BROKERS: 'localhost:9092', DATABASE_URL: 'postgres://u:hunter2@localhost/db' };

describe('the configuration', () => {
  it('needs a key for page tokens, its own or the master key', () => {
    expect(() => readConfig(configSchema, env)).toThrow(/PAGE_TOKEN_KEY is required/);
    expect(readConfig(configSchema, { ...env, MASTER_KEY: `k1:${'A'.repeat(43)}=` }).PORT).toBe(4231);
    expect(() => readConfig(configSchema, { ...env, MASTER_KEY: 'k1:0123456789abcdef' })).toThrow(
      /MASTER_KEY: .*must be name:key/,
    );
  });

  it('is printed without its secrets', () => {
    const config = readConfig(configSchema, { ...env, PAGE_TOKEN_KEY: 'swordfish swordfish' });
    const printed = JSON.stringify(describeConfig(configSchema, config));
    expect(printed).not.toMatch(/hunter2|swordfish/);
    expect(printed).toContain('"EVENT_RETENTION_DAYS":30');
  });
});
