import type { BrokerContext, ClientContext } from '../broker-context.ts';
import type { ApiName, Request, Response } from '../protocol/apis.ts';
import { handleApiVersions, handleDescribeCluster, handleMetadata } from './cluster.ts';
import { handleAlterConfigs, handleDescribeConfigs, handleIncrementalAlterConfigs } from './configs.ts';
import { handleFetch } from './fetch.ts';
import {
  handleOffsetCommit,
  handleOffsetDelete,
  handleOffsetFetch,
  handleTxnOffsetCommit,
} from './group-offsets.ts';
import {
  handleDeleteGroups,
  handleDescribeGroups,
  handleFindCoordinator,
  handleHeartbeat,
  handleJoinGroup,
  handleLeaveGroup,
  handleListGroups,
  handleSyncGroup,
} from './groups.ts';
import { handleDeleteRecords, handleListOffsets, handleOffsetForLeaderEpoch } from './offsets.ts';
import { handleProduce } from './produce.ts';
import { handleCreatePartitions, handleCreateTopics, handleDeleteTopics } from './topics.ts';
import {
  handleAddOffsetsToTxn,
  handleAddPartitionsToTxn,
  handleEndTxn,
  handleInitProducerId,
} from './transactions.ts';

export type Handler<N extends ApiName> = (
  context: BrokerContext,
  request: Request<N>,
  client: ClientContext,
) => Promise<Response<N>>;

/** Who answers which API. */
export const handlers: { readonly [N in ApiName]: Handler<N> } = {
  produce: handleProduce,
  fetch: handleFetch,
  listOffsets: handleListOffsets,
  offsetForLeaderEpoch: handleOffsetForLeaderEpoch,
  deleteRecords: handleDeleteRecords,
  apiVersions: handleApiVersions,
  metadata: handleMetadata,
  describeCluster: handleDescribeCluster,
  createTopics: handleCreateTopics,
  deleteTopics: handleDeleteTopics,
  createPartitions: handleCreatePartitions,
  describeConfigs: handleDescribeConfigs,
  alterConfigs: handleAlterConfigs,
  incrementalAlterConfigs: handleIncrementalAlterConfigs,
  findCoordinator: handleFindCoordinator,
  joinGroup: handleJoinGroup,
  syncGroup: handleSyncGroup,
  heartbeat: handleHeartbeat,
  leaveGroup: handleLeaveGroup,
  offsetCommit: handleOffsetCommit,
  offsetFetch: handleOffsetFetch,
  offsetDelete: handleOffsetDelete,
  describeGroups: handleDescribeGroups,
  listGroups: handleListGroups,
  deleteGroups: handleDeleteGroups,
  initProducerId: handleInitProducerId,
  addPartitionsToTxn: handleAddPartitionsToTxn,
  addOffsetsToTxn: handleAddOffsetsToTxn,
  endTxn: handleEndTxn,
  txnOffsetCommit: handleTxnOffsetCommit,
};
