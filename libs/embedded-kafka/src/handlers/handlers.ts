import type { Handler } from '../broker-context.ts';
import type { ApiName } from '../protocol/apis.ts';
import * as cluster from './cluster.ts';
import * as configs from './configs.ts';
import { handleFetch } from './fetch.ts';
import * as groupOffsets from './group-offsets.ts';
import * as groups from './groups.ts';
import * as offsets from './offsets.ts';
import { handleProduce } from './produce.ts';
import * as topics from './topics.ts';
import * as transactions from './transactions.ts';

/** Who answers which API. */
export const handlers: { readonly [N in ApiName]: Handler<N> } = {
  produce: handleProduce,
  fetch: handleFetch,
  listOffsets: offsets.handleListOffsets,
  offsetForLeaderEpoch: offsets.handleOffsetForLeaderEpoch,
  deleteRecords: offsets.handleDeleteRecords,
  apiVersions: cluster.handleApiVersions,
  metadata: cluster.handleMetadata,
  describeCluster: cluster.handleDescribeCluster,
  createTopics: topics.handleCreateTopics,
  deleteTopics: topics.handleDeleteTopics,
  createPartitions: topics.handleCreatePartitions,
  describeConfigs: configs.handleDescribeConfigs,
  alterConfigs: configs.handleAlterConfigs,
  incrementalAlterConfigs: configs.handleIncrementalAlterConfigs,
  findCoordinator: groups.handleFindCoordinator,
  joinGroup: groups.handleJoinGroup,
  syncGroup: groups.handleSyncGroup,
  heartbeat: groups.handleHeartbeat,
  leaveGroup: groups.handleLeaveGroup,
  offsetCommit: groupOffsets.handleOffsetCommit,
  offsetFetch: groupOffsets.handleOffsetFetch,
  offsetDelete: groupOffsets.handleOffsetDelete,
  describeGroups: groups.handleDescribeGroups,
  listGroups: groups.handleListGroups,
  deleteGroups: groups.handleDeleteGroups,
  initProducerId: transactions.handleInitProducerId,
  addPartitionsToTxn: transactions.handleAddPartitionsToTxn,
  addOffsetsToTxn: transactions.handleAddOffsetsToTxn,
  endTxn: transactions.handleEndTxn,
  txnOffsetCommit: groupOffsets.handleTxnOffsetCommit,
};
