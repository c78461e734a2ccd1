import { describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.ts';
import { postgresForTests } from './postgres-for-tests.ts';
import { chooseKafka } from './start-kafka.ts';

describe('eventually', () => {
  it('waits for what is not so yet', async () => {
    let calls = 0;
    expect(await eventually(() => ++calls === 3 && 'third', { intervalMs: 1 })).toBe('third');
  });

  it('says in the end what was missing', async () => {
    const never = () => Promise.reject(new Error('no topic'));
    await expect(eventually(never, { timeoutMs: 20, intervalMs: 1 })).rejects.toThrow('no topic');
  });
});

describe('chooseKafka', () => {
  it('takes the embedded broker when asked to', async () => {
    expect(await chooseKafka({ TEST_KAFKA: 'embedded', CI: 'true' })).toBe('embedded');
  });

  it('refuses a choice that it does not know', async () => {
    await expect(chooseKafka({ TEST_KAFKA: 'rabbit' })).rejects.toThrow('it can be apache, embedded or auto');
  });
});

describe('postgresForTests', () => {
  it('gives every caller a database of its own', async () => {
    const [first, second] = await Promise.all([postgresForTests(), postgresForTests()]);
    expect(first.url).toMatch(/^postgres:\/\//);
    expect(first.url).not.toBe(second.url);
  });
});
