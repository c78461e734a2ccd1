import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, describeConfig, integer, readConfig, secret, serviceEnv } from './config.ts';

const schema = z.object({
  ...serviceEnv,
  PORT: integer(0, 65_535).default(4000),
  MASTER_KEY: secret(z.string()),
});
const minimal = { KAFKA_BROKERS: 'a:9092, b:9093', MASTER_KEY: 'hunter2' };

describe('readConfig', () => {
  it('fills in defaults and splits the brokers', () => {
    expect(readConfig(schema, minimal)).toMatchObject({
      PORT: 4000,
      KAFKA_BROKERS: ['a:9092', 'b:9093'],
      LOG_LEVEL: 'info',
    });
  });

  it('reads a secret from the file that NAME_FILE names', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'key');
    writeFileSync(file, 'from-a-file\n');
    expect(readConfig(schema, { KAFKA_BROKERS: 'a:1', MASTER_KEY_FILE: file }).MASTER_KEY).toBe(
      'from-a-file',
    );
  });

  it('names every fault at once, and no secret', () => {
    const read = () =>
      readConfig(schema, { PORT: 'eighty', KAFKA_BROKERS: 'nowhere', MASTER_KEY_FILE: '/does/not/exist' });
    expect(read).toThrow(ConfigError);
    for (const fault of ['PORT: must be a whole number from 0 to 65535.', 'KAFKA_BROKERS', 'MASTER_KEY_FILE'])
      expect(read).toThrow(fault);
    expect(read).not.toThrow('MASTER_KEY is required');
  });

  it('says that a missing variable is required', () => {
    expect(() => readConfig(schema, {})).toThrow('KAFKA_BROKERS is required');
  });
});

describe('describeConfig', () => {
  it('shows values, and of secrets only that they are configured', () => {
    const described = describeConfig(schema, readConfig(schema, minimal));
    expect(described).toMatchObject({ PORT: 4000, MASTER_KEY: 'configured' });
    expect(JSON.stringify(described)).not.toContain('hunter2');
  });
});
