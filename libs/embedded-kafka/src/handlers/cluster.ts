import { NODE_ID } from '../broker-context.ts';
import type { Handler } from '../broker-context.ts';
import { apis } from '../protocol/apis.ts';
import type { Response } from '../protocol/apis.ts';
import { errors } from '../protocol/errors.ts';
import { NO_ID, NO_OPERATIONS, versionRange } from '../protocol/schema.ts';
import type { ItemOf } from '../protocol/schema.ts';
import { isTopicName } from '../topics/topic-store.ts';
import type { Topic } from '../topics/topic-store.ts';

/** Bits of the operations a client may do: without access control, all that the kind of resource knows. */
const TOPIC_OPERATIONS = 0b1101_1111_1000;
const CLUSTER_OPERATIONS = 0b1_1111_1010_0000;
/** What the name and version of a client's software may look like (KIP-511). */
const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** The APIs and versions that are served. */
export const apiVersions: Handler<'apiVersions'> = async (_context, request, client) => {
  const isNamed = [request.clientSoftwareName, request.clientSoftwareVersion].every((text) =>
    SOFTWARE.test(text),
  );
  if (client.version >= 3 && !isNamed) return { errorCode: errors.INVALID_REQUEST };
  return { apiKeys: servedVersions() };
};

/**
 * What ApiVersions says. Produce is announced from version 0 on, as Apache Kafka 4 does: librdkafka takes it for a sign
 * that the broker knows compression at all, and then uses the newest.
 */
function servedVersions(): { apiKey: number; minVersion: number; maxVersion: number }[] {
  return Object.values(apis)
    .map(({ key, versions, name }) => {
      const { min, max } = versionRange(versions);
      return { apiKey: key, minVersion: name === 'Produce' ? 0 : min, maxVersion: max };
    })
    .sort((a, b) => a.apiKey - b.apiKey);
}

export const metadata: Handler<'metadata'> = async (context, request, client) => {
  /* In version 0 an empty list asks for everything, later on null does. */
  const isForAll = request.topics === null || (client.version === 0 && request.topics.length === 0);
  const operations = request.includeTopicAuthorizedOperations ? TOPIC_OPERATIONS : NO_OPERATIONS;
  const topics = isForAll
    ? context.topics.list().map((topic) => describeTopic(topic, operations))
    : (request.topics ?? []).map((asked) => {
        const topic = context.topics.find(asked);
        return topic ? describeTopic(topic, operations) : unknownTopic(asked);
      });
  const { host, port } = context.advertised();
  return {
    brokers: [{ nodeId: NODE_ID, host, port }],
    clusterId: context.clusterId,
    controllerId: NODE_ID,
    topics,
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
      ? CLUSTER_OPERATIONS
      : NO_OPERATIONS,
  };
};

type TopicMetadata = ItemOf<Response<'metadata'>['topics']>;

function describeTopic(topic: Topic, topicAuthorizedOperations: number): TopicMetadata {
  return {
    name: topic.name,
    topicId: topic.id,
    topicAuthorizedOperations,
    partitions: topic.partitions.map((_, index) => ({
      index,
      leaderId: NODE_ID,
      leaderEpoch: 0,
      replicaNodes: [NODE_ID],
      isrNodes: [NODE_ID],
    })),
  };
}

function unknownTopic({ name, topicId }: { name: string | null; topicId: string }): TopicMetadata {
  if (name === null || name === undefined) {
    const errorCode = topicId === NO_ID ? errors.INVALID_REQUEST : errors.UNKNOWN_TOPIC_ID;
    return { errorCode, name: null, topicId };
  }
  const errorCode = isTopicName(name) ? errors.UNKNOWN_TOPIC_OR_PARTITION : errors.INVALID_TOPIC_EXCEPTION;
  return { errorCode, name };
}

export const describeCluster: Handler<'describeCluster'> = async (context, request) => {
  const { host, port } = context.advertised();
  if (request.endpointType !== 1) {
    const errorCode =
      request.endpointType === 2 ? errors.MISMATCHED_ENDPOINT_TYPE : errors.UNSUPPORTED_ENDPOINT_TYPE;
    return { errorCode, endpointType: request.endpointType };
  }
  return {
    clusterId: context.clusterId,
    controllerId: NODE_ID,
    brokers: [{ brokerId: NODE_ID, host, port }],
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
      ? CLUSTER_OPERATIONS
      : NO_OPERATIONS,
  };
};
