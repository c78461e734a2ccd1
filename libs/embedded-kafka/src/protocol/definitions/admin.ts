import * as t from '../schema.ts';

export const createTopics = t.api({
  about: { key: 19, name: 'CreateTopics', versions: '2-7', flexible: 5 },
  request: {
    topics: t.list('0+', {
      name: t.string('0+'),
      numPartitions: t.int32('0+'),
      replicationFactor: t.int16('0+'),
      assignments: t.list('0+', { partitionIndex: t.int32('0+'), brokerIds: t.list('0+', t.int32) }),
      configs: t.list('0+', { name: t.string('0+'), value: t.nullableString('0+') }),
    }),
    timeoutMs: t.int32('0+'),
    validateOnly: t.boolean('1+'),
  },
  response: {
    throttleTimeMs: t.int32('2+', { default: 0 }),
    topics: t.list('0+', {
      name: t.string('0+'),
      topicId: t.uuid('7+', { default: t.NO_ID }),
      errorCode: t.int16('0+'),
      errorMessage: t.nullableString('1+', { default: null }),
      numPartitions: t.int32('5+', { default: -1 }),
      replicationFactor: t.int16('5+', { default: -1 }),
      configs: t.nullableList(
        '5+',
        {
          name: t.string('5+'),
          value: t.nullableString('5+'),
          readOnly: t.boolean('5+'),
          configSource: t.int8('5+', { default: -1 }),
          isSensitive: t.boolean('5+'),
        },
        { default: [] },
      ),
    }),
  },
});

export const deleteTopics = t.api({
  about: { key: 20, name: 'DeleteTopics', versions: '1-6', flexible: 4 },
  request: {
    topics: t.list('6+', { name: t.nullableString('6+'), topicId: t.uuid('6+') }),
    topicNames: t.list('0-5', t.string),
    timeoutMs: t.int32('0+'),
  },
  response: {
    throttleTimeMs: t.int32('1+', { default: 0 }),
    responses: t.list('0+', {
      name: t.nullableString('0+', { nullable: '6+' }),
      topicId: t.uuid('6+', { default: t.NO_ID }),
      errorCode: t.int16('0+'),
      errorMessage: t.nullableString('5+', { default: null }),
    }),
  },
});

export const createPartitions = t.api({
  about: { key: 37, name: 'CreatePartitions', versions: '0-3', flexible: 2 },
  request: {
    topics: t.list('0+', {
      name: t.string('0+'),
      count: t.int32('0+'),
      assignments: t.nullableList('0+', { brokerIds: t.list('0+', t.int32) }),
    }),
    timeoutMs: t.int32('0+'),
    validateOnly: t.boolean('0+'),
  },
  response: {
    throttleTimeMs: t.int32('0+', { default: 0 }),
    results: t.list('0+', {
      name: t.string('0+'),
      errorCode: t.int16('0+'),
      errorMessage: t.nullableString('0+', { default: null }),
    }),
  },
});

export const describeConfigs = t.api({
  about: { key: 32, name: 'DescribeConfigs', versions: '1-4', flexible: 4 },
  request: {
    resources: t.list('0+', {
      resourceType: t.int8('0+'),
      resourceName: t.string('0+'),
      configurationKeys: t.nullableList('0+', t.string),
    }),
    includeSynonyms: t.boolean('1+'),
    includeDocumentation: t.boolean('3+'),
  },
  response: {
    throttleTimeMs: t.int32('0+', { default: 0 }),
    results: t.list('0+', {
      errorCode: t.int16('0+'),
      errorMessage: t.nullableString('0+', { default: null }),
      resourceType: t.int8('0+'),
      resourceName: t.string('0+'),
      configs: t.list('0+', {
        name: t.string('0+'),
        value: t.nullableString('0+'),
        readOnly: t.boolean('0+'),
        configSource: t.int8('1+', { default: -1 }),
        isSensitive: t.boolean('0+'),
        synonyms: t.optionalList('1+', {
          name: t.string('1+'),
          value: t.nullableString('1+'),
          source: t.int8('1+'),
        }),
        configType: t.int8('3+', { default: 0 }),
        documentation: t.nullableString('3+', { default: null }),
      }),
    }),
  },
});

const configResponses = t.list('0+', {
  errorCode: t.int16('0+'),
  errorMessage: t.nullableString('0+', { default: null }),
  resourceType: t.int8('0+'),
  resourceName: t.string('0+'),
});

export const alterConfigs = t.api({
  about: { key: 33, name: 'AlterConfigs', versions: '0-2', flexible: 2 },
  request: {
    resources: t.list('0+', {
      resourceType: t.int8('0+'),
      resourceName: t.string('0+'),
      configs: t.list('0+', { name: t.string('0+'), value: t.nullableString('0+') }),
    }),
    validateOnly: t.boolean('0+'),
  },
  response: { throttleTimeMs: t.int32('0+', { default: 0 }), responses: configResponses },
});

export const incrementalAlterConfigs = t.api({
  about: { key: 44, name: 'IncrementalAlterConfigs', versions: '0-1', flexible: 1 },
  request: {
    resources: t.list('0+', {
      resourceType: t.int8('0+'),
      resourceName: t.string('0+'),
      configs: t.list('0+', {
        name: t.string('0+'),
        configOperation: t.int8('0+'),
        value: t.nullableString('0+'),
      }),
    }),
    validateOnly: t.boolean('0+'),
  },
  response: { throttleTimeMs: t.int32('0+', { default: 0 }), responses: configResponses },
});
