import * as t from '../schema.ts';

const setting = { name: t.string('0+'), value: t.nullableString('0+') };
const config = {
  ...setting,
  readOnly: t.boolean('0+'),
  configSource: t.int8('1+', -1),
  isSensitive: t.boolean('0+'),
};
const resource = { resourceType: t.int8('0+'), resourceName: t.string('0+') };
const configResult = { errorCode: t.int16('0+'), errorMessage: t.nullableString('0+'), ...resource };

export const createTopics = t.api({
  about: { key: 19, name: 'CreateTopics', versions: '2-7', flexible: 5, throttle: '2+' },
  request: {
    topics: t.list('0+', {
      name: t.string('0+'),
      numPartitions: t.int32('0+'),
      replicationFactor: t.int16('0+'),
      assignments: t.list('0+', { partitionIndex: t.int32('0+'), brokerIds: t.list('0+', t.int32) }),
      configs: t.list('0+', setting),
    }),
    timeoutMs: t.int32('0+'),
    validateOnly: t.boolean('1+'),
  },
  response: {
    topics: t.list('0+', {
      name: t.string('0+'),
      topicId: t.uuid('7+'),
      errorCode: t.int16('0+'),
      errorMessage: t.nullableString('1+'),
      numPartitions: t.int32('5+', -1),
      replicationFactor: t.int16('5+', -1),
      configs: t.list('5+', config),
    }),
  },
});

export const deleteTopics = t.api({
  about: { key: 20, name: 'DeleteTopics', versions: '1-6', flexible: 4, throttle: '1+' },
  request: {
    topics: t.list('6+', { name: t.nullableString('6+'), topicId: t.uuid('6+') }),
    topicNames: t.list('0-5', t.string),
    timeoutMs: t.int32('0+'),
  },
  response: {
    responses: t.list('0+', {
      name: t.nullableString('0+', '6+'),
      topicId: t.uuid('6+'),
      errorCode: t.int16('0+'),
      errorMessage: t.nullableString('5+'),
    }),
  },
});

export const createPartitions = t.api({
  about: { key: 37, name: 'CreatePartitions', versions: '0-3', flexible: 2, throttle: '0+' },
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
    results: t.list('0+', {
      name: t.string('0+'),
      errorCode: t.int16('0+'),
      errorMessage: t.nullableString('0+'),
    }),
  },
});

export const describeConfigs = t.api({
  about: { key: 32, name: 'DescribeConfigs', versions: '1-4', flexible: 4, throttle: '0+' },
  request: {
    resources: t.list('0+', {
      ...resource,
      configurationKeys: t.nullableList('0+', t.string),
    }),
    includeSynonyms: t.boolean('1+'),
    includeDocumentation: t.boolean('3+'),
  },
  response: {
    results: t.list('0+', {
      ...configResult,
      configs: t.list('0+', {
        ...config,
        synonyms: t.list('1+', { ...setting, source: t.int8('1+') }),
        configType: t.int8('3+'),
        documentation: t.nullableString('3+'),
      }),
    }),
  },
});

export const alterConfigs = t.api({
  about: { key: 33, name: 'AlterConfigs', versions: '0-2', flexible: 2, throttle: '0+' },
  request: {
    resources: t.list('0+', { ...resource, configs: t.list('0+', setting) }),
    validateOnly: t.boolean('0+'),
  },
  response: { responses: t.list('0+', configResult) },
});

export const incrementalAlterConfigs = t.api({
  about: { key: 44, name: 'IncrementalAlterConfigs', versions: '0-1', flexible: 1, throttle: '0+' },
  request: {
    resources: t.list('0+', {
      ...resource,
      configs: t.list('0+', {
        name: t.string('0+'),
        configOperation: t.int8('0+'),
        value: t.nullableString('0+'),
      }),
    }),
    validateOnly: t.boolean('0+'),
  },
  response: { responses: t.list('0+', configResult) },
});
