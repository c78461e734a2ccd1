import { randomUUID } from 'node:crypto';
import type { BrokerContext, Handler } from '../broker-context.ts';
import { NODE_ID } from '../broker-context.ts';
import type { Request, Response } from '../protocol/apis.ts';
import { errors } from '../protocol/errors.ts';
import { NO_ID } from '../protocol/schema.ts';
import type { ItemOf } from '../protocol/schema.ts';
import { describeConfig, refuseConfig, topicSettings } from '../topics/topic-config.ts';
import { isTopicName } from '../topics/topic-store.ts';

type Asked = Request<'createTopics'>['topics'][number];
type Created = ItemOf<Response<'createTopics'>['topics']>;
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
      return refusal ? { name: topic.name, ...refusal } : createTopic(context, topic, request.validateOnly);
    }),
  };
};

const refused = (errorCode: number, errorMessage: string): Refusal => ({ errorCode, errorMessage });

function refuseTopic(context: BrokerContext, asked: Asked): Refusal | undefined {
  const { name, configs } = asked;
  if (!isTopicName(name)) return refused(errors.INVALID_TOPIC_EXCEPTION, `Topic name is invalid: '${name}'.`);
  if (context.topics.get(name))
    return refused(errors.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`);
  const metricName = (topic: string) => topic.replaceAll('.', '_');
  const clash = context.topics.list().find((topic) => metricName(topic.name) === metricName(name));
  if (clash) return refused(errors.INVALID_TOPIC_EXCEPTION, `Topic '${name}' collides with '${clash.name}'.`);
  const why = configs.map((config) => refuseConfig(config.name, config.value)).find((found) => found);
  return refuseLayout(asked) ?? (why ? refused(errors.INVALID_CONFIG, why) : undefined);
}

function refuseLayout({ numPartitions, replicationFactor, assignments }: Asked): Refusal | undefined {
  if (assignments.length > 0) {
    if (numPartitions !== -1 || replicationFactor !== -1) {
      return refused(errors.INVALID_REQUEST, 'An assignment leaves no room for numbers.');
    }
    return assignments.every(isHere) ? undefined : notHere;
  }
  if (replicationFactor === 0 || replicationFactor < -1) {
    return refused(errors.INVALID_REPLICATION_FACTOR, 'A replication factor is larger than 0, or -1.');
  }
  if (numPartitions === 0 || numPartitions < -1 || numPartitions > MAX_PARTITIONS) {
    return refused(errors.INVALID_PARTITIONS, `A topic has 1 to ${MAX_PARTITIONS} partitions.`);
  }
  if (replicationFactor <= 1) return undefined;
  return refused(
    errors.INVALID_REPLICATION_FACTOR,
    `The target replication factor of ${replicationFactor} cannot be reached: there is one broker.`,
  );
}

const isHere = ({ brokerIds }: { brokerIds: readonly number[] }) =>
  brokerIds.length === 1 && brokerIds[0] === NODE_ID;
const notHere = refused(errors.INVALID_REPLICA_ASSIGNMENT, `There is one broker, with id ${NODE_ID}.`);

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
    numPartitions: partitions,
    replicationFactor: 1,
    configs: Object.keys(topicSettings).map((name) => describeConfig(configs, name)),
  };
}

export const deleteTopics: Handler<'deleteTopics'> = async (context, request) => {
  const byName = request.topicNames.map((name) => ({ name, topicId: NO_ID }));
  const responses = [];
  for (const asked of [...byName, ...request.topics]) {
    const topic = context.topics.find(asked);
    if (!topic) {
      const errorCode = asked.name === null ? errors.UNKNOWN_TOPIC_ID : errors.UNKNOWN_TOPIC_OR_PARTITION;
      responses.push({ ...asked, errorCode });
      continue;
    }
    await context.topics.delete(topic);
    context.offsets.removeTopic(topic.name);
    context.log('info', `deleted topic ${topic.name}`);
    responses.push({ name: topic.name, topicId: topic.id });
  }
  return { responses };
};

type Enlarged = Request<'createPartitions'>['topics'][number];

export const createPartitions: Handler<'createPartitions'> = async (context, request) => {
  return {
    results: request.topics.map((asked) => {
      const topic = context.topics.get(asked.name);
      const refusal = topic
        ? refuseCount(asked, topic.partitions.length)
        : refused(errors.UNKNOWN_TOPIC_OR_PARTITION, 'The topic does not exist.');
      if (topic && !refusal && !request.validateOnly) context.topics.addPartitions(topic, asked.count);
      return { name: asked.name, ...refusal };
    }),
  };
};

function refuseCount({ count, assignments }: Enlarged, present: number): Refusal | undefined {
  if (count <= present || count > MAX_PARTITIONS) {
    const why = `There are ${present} partitions; ${count} would not be more, or beyond ${MAX_PARTITIONS}.`;
    return refused(errors.INVALID_PARTITIONS, why);
  }
  if (!assignments) return undefined;
  return assignments.every(isHere) && assignments.length === count - present ? undefined : notHere;
}
