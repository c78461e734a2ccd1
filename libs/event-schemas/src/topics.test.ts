import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { topicConfig, topics } from './topics.ts';
import type { TopicDefinition } from './topics.ts';

const definitions: TopicDefinition[] = Object.values(topics);

describe('the topics', () => {
  it('all begin with the product, once each', () => {
    const names = definitions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^tributary\.[a-z-]+$/);
  });

  it('keep what could be asked for again for seven days at least', () => {
    for (const topic of [topics.requests, topics.outcomes, topics.events]) {
      expect(Number(topicConfig(topic)['retention.ms'])).toBeGreaterThanOrEqual(7 * 86_400_000);
    }
  });

  it('hold the largest body and its headers', () => {
    for (const topic of definitions)
      expect(Number(topicConfig(topic)['max.message.bytes'])).toBeGreaterThan(5_242_880);
  });

  it.each(
    definitions.flatMap(({ name, value, request }) =>
      [value, request].flatMap((schema) => (schema ? [[name, schema] as const] : [])),
    ),
  )('%s has a JSON Schema', (_name, schema) => {
    expect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).toMatchObject({
      $schema: expect.stringContaining('json-schema.org'),
    });
  });
});
