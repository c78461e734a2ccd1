import {
  NO_ID,
  api,
  arrayOf,
  boolean,
  int16,
  int32,
  int8,
  list,
  nullableArrayOf,
  nullableList,
  nullableString,
  optionalList,
  string,
  uuid,
} from '../schema.ts';

export const createTopics = api({
  about: { key: 19, name: 'CreateTopics', versions: '2-7', flexible: 5 },
  request: {
    topics: list('0+', {
      name: string('0+'),
      numPartitions: int32('0+'),
      replicationFactor: int16('0+'),
      assignments: list('0+', { partitionIndex: int32('0+'), brokerIds: arrayOf('0+', int32) }),
      configs: list('0+', { name: string('0+'), value: nullableString('0+') }),
    }),
    timeoutMs: int32('0+'),
    validateOnly: boolean('1+'),
  },
  response: {
    throttleTimeMs: int32('2+', { default: 0 }),
    topics: list('0+', {
      name: string('0+'),
      topicId: uuid('7+', { default: NO_ID }),
      errorCode: int16('0+'),
      errorMessage: nullableString('1+', { default: null }),
      topicConfigErrorCode: int16('5+', { tag: 0, default: 0 }),
      numPartitions: int32('5+', { default: -1 }),
      replicationFactor: int16('5+', { default: -1 }),
      configs: nullableList(
        '5+',
        {
          name: string('5+'),
          value: nullableString('5+'),
          readOnly: boolean('5+'),
          configSource: int8('5+', { default: -1 }),
          isSensitive: boolean('5+'),
        },
        { default: [] },
      ),
    }),
  },
});

export const deleteTopics = api({
  about: { key: 20, name: 'DeleteTopics', versions: '1-6', flexible: 4 },
  request: {
    topics: list('6+', { name: nullableString('6+'), topicId: uuid('6+') }),
    topicNames: arrayOf('0-5', string),
    timeoutMs: int32('0+'),
  },
  response: {
    throttleTimeMs: int32('1+', { default: 0 }),
    responses: list('0+', {
      name: nullableString('0+', { nullable: '6+' }),
      topicId: uuid('6+', { default: NO_ID }),
      errorCode: int16('0+'),
      errorMessage: nullableString('5+', { default: null }),
    }),
  },
});

export const createPartitions = api({
  about: { key: 37, name: 'CreatePartitions', versions: '0-3', flexible: 2 },
  request: {
    topics: list('0+', {
      name: string('0+'),
      count: int32('0+'),
      assignments: nullableList('0+', { brokerIds: arrayOf('0+', int32) }),
    }),
    timeoutMs: int32('0+'),
    validateOnly: boolean('0+'),
  },
  response: {
    throttleTimeMs: int32('0+', { default: 0 }),
    results: list('0+', {
      name: string('0+'),
      errorCode: int16('0+'),
      errorMessage: nullableString('0+', { default: null }),
    }),
  },
});

export const describeConfigs = api({
  about: { key: 32, name: 'DescribeConfigs', versions: '1-4', flexible: 4 },
  request: {
    resources: list('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configurationKeys: nullableArrayOf('0+', string),
    }),
    includeSynonyms: boolean('1+'),
    includeDocumentation: boolean('3+'),
  },
  response: {
    throttleTimeMs: int32('0+', { default: 0 }),
    results: list('0+', {
      errorCode: int16('0+'),
      errorMessage: nullableString('0+', { default: null }),
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: list('0+', {
        name: string('0+'),
        value: nullableString('0+'),
        readOnly: boolean('0+'),
        configSource: int8('1+', { default: -1 }),
        isSensitive: boolean('0+'),
        synonyms: optionalList('1+', { name: string('1+'), value: nullableString('1+'), source: int8('1+') }),
        configType: int8('3+', { default: 0 }),
        documentation: nullableString('3+', { default: null }),
      }),
    }),
  },
});

const configResponses = list('0+', {
  errorCode: int16('0+'),
  errorMessage: nullableString('0+', { default: null }),
  resourceType: int8('0+'),
  resourceName: string('0+'),
});

export const alterConfigs = api({
  about: { key: 33, name: 'AlterConfigs', versions: '0-2', flexible: 2 },
  request: {
    resources: list('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: list('0+', { name: string('0+'), value: nullableString('0+') }),
    }),
    validateOnly: boolean('0+'),
  },
  response: { throttleTimeMs: int32('0+', { default: 0 }), responses: configResponses },
});

export const incrementalAlterConfigs = api({
  about: { key: 44, name: 'IncrementalAlterConfigs', versions: '0-1', flexible: 1 },
  request: {
    resources: list('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: list('0+', { name: string('0+'), configOperation: int8('0+'), value: nullableString('0+') }),
    }),
    validateOnly: boolean('0+'),
  },
  response: { throttleTimeMs: int32('0+', { default: 0 }), responses: configResponses },
});
