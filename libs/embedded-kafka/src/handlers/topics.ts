import { randomUUID } from 'node:crypto';
import type { BrokerContext, Handler } from '../broker-context.ts';
import { NODE_ID } from '../broker-context.ts';
import type { Request, Response } from '../protocol/apis.ts';
import { errors } from '../protocol/errors.ts';
import { describeConfig, refuseConfig, topicSettings } from '../topics/topic-config.ts';
import { isTopicName } from '../topics/topic-store.ts';

type Asked = Request<'createTopics'>['topics'][number];
type Created = Response<'createTopics'>['topics'][number];
interface Refusal {
  readonly errorCode: number;
  readonly errorMessage: string;
}

const MAX_PARTITIONS = 10_000;

export const createTopics: Handler<'createTopics'> = async (context, request) => {
  const names = request.topics.map(({ name }) => name);
  const repeated = new Set(names.filter((name, i) => names.indexOf(name) !== i));
  const asked = request.topics.filter(({ name }, i) => names.indexOf(name) === i);
  return {
    topics: asked.map((topic) => {
      const refusal = repeated.has(topic.name)
        ? { errorCode: errors.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' }
        : refuseTopic(context, topic);
      return refusal
        ? { name: topic.name, ...refusal, numPartitions: -1, replicationFactor: -1, configs: [] }
        : createTopic(context, topic, request.validateOnly);
    }),
  };
};

function refuseTopic(context: BrokerContext, asked: Asked): Refusal | undefined {
  const { name, numPartitions, replicationFactor, assignments } = asked;
  const refused = (errorCode: number, errorMessage: string) => ({ errorCode, errorMessage });
  if (!isTopicName(name)) return refused(errors.INVALID_TOPIC_EXCEPTION, `Topic name is invalid: '${name}'.`);
  if (context.topics.get(name))
    return refused(errors.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`);
  const clash = context.topics
    .list()
    .find((topic) => topic.name.replaceAll('.', '_') === name.replaceAll('.', '_'));
  if (clash)
    return refused(
      errors.INVALID_TOPIC_EXCEPTION,
      `Topic '${name}' collides with existing topic: ${clash.name}`,
    );
  const wrongConfig = asked.configs
    .map((config) => refuseConfig(config.name, config.value))
    .find((why) => why);
  if (assignments.length > 0) {
    if (numPartitions !== -1 || replicationFactor !== -1) {
      return refused(
        errors.INVALID_REQUEST,
        'A manual assignment goes with neither a number of partitions nor of replicas.',
      );
    }
    const isWrong = assignments.some(({ brokerIds }) => brokerIds.length !== 1 || brokerIds[0] !== NODE_ID);
    if (isWrong)
      return refused(errors.INVALID_REPLICA_ASSIGNMENT, `There is one broker, with id ${NODE_ID}.`);
  } else {
    if (replicationFactor === 0 || replicationFactor < -1) {
      return refused(
        errors.INVALID_REPLICATION_FACTOR,
        'Replication factor must be larger than 0, or -1 to use the default value.',
      );
    }
    if (numPartitions === 0 || numPartitions < -1 || numPartitions > MAX_PARTITIONS) {
      return refused(
        errors.INVALID_PARTITIONS,
        'Number of partitions was set to an invalid non-positive value.',
      );
    }
    if (replicationFactor > 1) {
      return refused(
        errors.INVALID_REPLICATION_FACTOR,
        `Unable to replicate the partition ${replicationFactor} time(s): The target replication factor of ${replicationFactor} cannot be reached because only 1 broker(s) are registered.`,
      );
    }
  }
  return wrongConfig ? refused(errors.INVALID_CONFIG, wrongConfig) : undefined;
}

function createTopic(context: BrokerContext, asked: Asked, validateOnly: boolean): Created {
  const partitions =
    asked.assignments.length ||
    (asked.numPartitions === -1 ? context.defaultPartitions : asked.numPartitions);
  const configs = Object.fromEntries(asked.configs.map(({ name, value }) => [name, value ?? '']));
  const topic = validateOnly ? undefined : context.topics.create(asked.name, partitions, { configs });
  if (topic) context.log('info', `created topic ${asked.name} with ${partitions} partitions`);
  return {
    name: asked.name,
    topicId: topic?.id ?? randomUUID(),
    errorCode: errors.NONE,
    numPartitions: partitions,
    replicationFactor: 1,
    configs: Object.keys(topicSettings).map((name) => describeConfig(configs, name)),
  };
}

export const deleteTopics: Handler<'deleteTopics'> = async (context, request) => {
  const byName = request.topicNames.map((name) => ({ name, topicId: '' }));
  const responses = [];
  for (const asked of [...byName, ...request.topics]) {
    const topic = context.topics.find(asked);
    if (!topic) {
      const errorCode = asked.name === null ? errors.UNKNOWN_TOPIC_ID : errors.UNKNOWN_TOPIC_OR_PARTITION;
      responses.push({ name: asked.name, ...(asked.topicId ? { topicId: asked.topicId } : {}), errorCode });
      continue;
    }
    await context.topics.delete(topic);
    context.offsets.removeTopic(topic.name);
    context.log('info', `deleted topic ${topic.name}`);
    responses.push({ name: topic.name, topicId: topic.id, errorCode: errors.NONE });
  }
  return { responses };
};

export const createPartitions: Handler<'createPartitions'> = async (context, request) => {
  return {
    results: request.topics.map(({ name, count, assignments }) => {
      const refused = (errorCode: number, errorMessage: string) => ({ name, errorCode, errorMessage });
      const topic = context.topics.get(name);
      if (!topic)
        return refused(errors.UNKNOWN_TOPIC_OR_PARTITION, 'This server does not host this topic-partition.');
      const present = topic.partitions.length;
      if (count < present) {
        return refused(
          errors.INVALID_PARTITIONS,
          `The topic ${name} currently has ${present} partition(s); ${count} would not be an increase.`,
        );
      }
      if (count === present)
        return refused(errors.INVALID_PARTITIONS, 'Topic already has this number of partition(s).');
      if (count > MAX_PARTITIONS)
        return refused(errors.INVALID_PARTITIONS, `At most ${MAX_PARTITIONS} partitions.`);
      const isWrong = assignments?.some(
        ({ brokerIds }) => brokerIds.length !== 1 || brokerIds[0] !== NODE_ID,
      );
      if (isWrong || (assignments && assignments.length !== count - present)) {
        return refused(errors.INVALID_REPLICA_ASSIGNMENT, `There is one broker, with id ${NODE_ID}.`);
      }
      if (!request.validateOnly) context.topics.addPartitions(topic, count);
      return { name, errorCode: errors.NONE };
    }),
  };
};
