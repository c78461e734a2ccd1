import { z } from 'zod';
import { topicConfig, topics } from './topics.ts';
import type { TopicDefinition } from './topics.ts';

/** The JSON Schema (2020-12) of a record's value or of the header `request`, as a writer must form it. */
export function jsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

/** The topics as an AsyncAPI 3.0 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0). */
export function asyncApiDocument(version: string): object {
  const definitions = Object.entries(topics) as [string, TopicDefinition][];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tributary topics',
      version,
      description:
        'Any Kafka client may subscribe. Values are JSON with the record header `tributary_schema_version`.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      definitions.map(([id, topic]) => [
        id,
        {
          address: topic.name,
          description: topic.description,
          messages: { record: message(topic) },
          bindings: {
            kafka: {
              topic: topic.name,
              partitions: topic.partitions,
              topicConfiguration: kafkaBinding(topic),
            },
          },
        },
      ]),
    ),
    operations: Object.fromEntries(
      definitions.map(([id]) => [
        `receive_${id}`,
        { action: 'receive', channel: { $ref: `#/channels/${id}` } },
      ]),
    ),
  };
}

function message(topic: TopicDefinition): object {
  return {
    name: topic.name,
    payload: topic.value ? jsonSchema(topic.value) : { type: 'string', contentEncoding: 'binary' },
    ...(topic.value ? {} : { contentType: 'application/octet-stream' }),
    ...(topic.request
      ? {
          headers: {
            type: 'object',
            properties: {
              request: { contentMediaType: 'application/json', contentSchema: jsonSchema(topic.request) },
            },
          },
        }
      : {}),
    bindings: { kafka: { key: { type: 'string', description: topic.key } } },
  };
}

function kafkaBinding(topic: TopicDefinition): object {
  const { 'cleanup.policy': cleanup, ...numbers } = topicConfig(topic);
  return {
    'cleanup.policy': cleanup?.split(','),
    ...Object.fromEntries(
      Object.entries(numbers)
        .filter(([name]) => name !== 'segment.bytes')
        .map(([name, value]) => [name, Number(value)]),
    ),
  };
}
