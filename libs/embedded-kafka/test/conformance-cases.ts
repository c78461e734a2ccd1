import { setTimeout as pause } from 'node:timers/promises';
import { apis } from '../src/protocol/apis.ts';
import type { ApiName } from '../src/protocol/apis.ts';
import { versionRange } from '../src/protocol/schema.ts';
import { buildTestBatch } from './build-test-batch.ts';
import type { TestBatch } from './build-test-batch.ts';
import { connectFrames } from './frame-client.ts';
import type { AnyRequest, AnyResponse, FrameClient } from './frame-client.ts';

/** What a case works with. Names that it makes with `name` are its own in every run. */
export interface CaseContext {
  readonly client: FrameClient;
  readonly open: () => Promise<FrameClient>;
  readonly name: (base: string) => string;
  /** Sends a request and keeps the answer for the comparison. */
  ask<N extends ApiName>(api: N, version: number, request: AnyRequest<N>): Promise<AnyResponse<N>>;
}

export interface ConformanceCase {
  readonly name: string;
  readonly run: (context: CaseContext) => Promise<unknown>;
}

const NO_ID = '00000000-0000-0000-0000-000000000000';
const range = (api: ApiName) => {
  const { min, max } = versionRange(apis[api].versions);
  return Array.from({ length: max - min + 1 }, (_, i) => min + i);
};

/** The same case in each version of an API. */
function inEachVersion(
  api: ApiName,
  what: string,
  run: (context: CaseContext, version: number) => Promise<unknown>,
): ConformanceCase[] {
  return range(api).map((version) => ({ name: `${api} v${version}: ${what}`, run: (c) => run(c, version) }));
}

async function createTopic(
  c: CaseContext,
  base: string,
  options: { partitions?: number; configs?: object } = {},
) {
  const name = c.name(base);
  const configs = Object.entries(options.configs ?? {}).map(([key, value]) => ({
    name: key,
    value: String(value),
  }));
  const topic = {
    name,
    numPartitions: options.partitions ?? 1,
    replicationFactor: 1,
    assignments: [],
    configs,
  };
  const created = await c.client.send('createTopics', 7, {
    topics: [topic],
    timeoutMs: 5000,
    validateOnly: false,
  });
  for (let i = 0; i < 100; i++) {
    let isReady = true;
    for (let index = 0; index < (options.partitions ?? 1); index++) {
      const { topics } = await c.client.send('listOffsets', 5, offsetsOf(name, -1, index));
      isReady &&= topics[0]?.partitions[0]?.errorCode === 0;
    }
    if (isReady) break;
    await pause(20);
  }
  return { name, topicId: created.topics[0]?.topicId ?? NO_ID };
}

const metadataOf = (name: string) => ({
  topics: [{ name, topicId: NO_ID }],
  allowAutoTopicCreation: false,
  includeClusterAuthorizedOperations: false,
  includeTopicAuthorizedOperations: false,
});

interface Reference {
  name: string;
  topicId: string;
}

const produceTo = (
  topic: Reference,
  records: Buffer | null,
  options: { acks?: number; transactionalId?: string | null; index?: number } = {},
) => ({
  transactionalId: options.transactionalId ?? null,
  acks: options.acks ?? -1,
  timeoutMs: 5000,
  topics: [{ ...topic, partitions: [{ index: options.index ?? 0, records }] }],
});

const fetchFrom = (
  topic: Reference,
  fetchOffset: number,
  options: { index?: number; committed?: boolean } = {},
) => ({
  maxWaitMs: 0,
  minBytes: 1,
  maxBytes: 1 << 20,
  isolationLevel: options.committed ? 1 : 0,
  sessionId: 0,
  topics: [
    { ...topic, partitions: [{ index: options.index ?? 0, fetchOffset, partitionMaxBytes: 1 << 20 }] },
  ],
  forgottenTopics: [],
});

const offsetsOf = (name: string, timestamp: number, index = 0) => ({
  replicaId: -1,
  isolationLevel: 0,
  timeoutMs: 1000,
  topics: [{ name, partitions: [{ index, timestamp }] }],
});

function damaged(batch: Buffer, change: (bytes: Buffer) => void): Buffer {
  change(batch);
  return batch;
}

const dataCases: ConformanceCase[] = [
  ...inEachVersion('produce', 'a batch, and one for a topic that is not there', async (c, version) => {
    const topic = await createTopic(c, 'p');
    await c.ask('produce', version, produceTo(topic, buildTestBatch()));
    await c.ask('produce', version, produceTo(topic, buildTestBatch()));
    const nowhere = { name: c.name('nowhere'), topicId: '11111111-1111-4111-8111-111111111111' };
    await c.ask('produce', version, produceTo(nowhere, buildTestBatch()));
    await c.ask('produce', version, produceTo(topic, buildTestBatch(), { index: 7 }));
  }),
  ...inEachVersion('fetch', 'from the start, the end, beyond, and where nothing is', async (c, version) => {
    const topic = await createTopic(c, 'f', { configs: { 'retention.ms': -1 } });
    for (let i = 0; i < 3; i++)
      await c.client.send('produce', 9, produceTo(topic, buildTestBatch({ timestamp: 1000 })));
    for (const offset of [0, 2, 3, 4, -1]) await c.ask('fetch', version, fetchFrom(topic, offset));
    await c.ask('fetch', version, fetchFrom(topic, 0, { index: 5 }));
    const nowhere = { name: c.name('nowhere'), topicId: '11111111-1111-4111-8111-111111111111' };
    await c.ask('fetch', version, fetchFrom(nowhere, 0));
  }),
  ...inEachVersion('listOffsets', 'ends and times', async (c, version) => {
    const { name, topicId } = await createTopic(c, 'l', { configs: { 'retention.ms': -1 } });
    for (const timestamp of [1000, 3000, 2000]) {
      await c.client.send('produce', 9, produceTo({ name, topicId }, buildTestBatch({ timestamp })));
    }
    const special =
      version >= 9
        ? [-1, -2, -3, -4, -5]
        : version >= 8
          ? [-1, -2, -3, -4]
          : version >= 7
            ? [-1, -2, -3]
            : [-1, -2];
    for (const timestamp of [...special, 0, 1000, 1500, 2500, 4000]) {
      await c.ask('listOffsets', version, offsetsOf(name, timestamp));
    }
    await c.ask('listOffsets', version, offsetsOf(name, -1, 3));
    await c.ask('listOffsets', version, offsetsOf(c.name('nowhere'), -1));
  }),
  ...inEachVersion('offsetForLeaderEpoch', 'of the epochs that may be', async (c, version) => {
    const topic = await createTopic(c, 'e');
    await c.client.send('produce', 9, produceTo(topic, buildTestBatch()));
    for (const [leaderEpoch, currentLeaderEpoch] of [
      [0, 0],
      [0, -1],
      [1, -1],
      [-1, -1],
      [0, 5],
    ] as const) {
      const partitions = [{ index: 0, leaderEpoch, currentLeaderEpoch }];
      await c.ask('offsetForLeaderEpoch', version, { topics: [{ name: topic.name, partitions }] });
    }
  }),
  ...(
    [
      ['a wrong checksum', (b) => damaged(b, (x) => (x[x.length - 1]! ^= 1))],
      ['magic 1', (b) => damaged(b, (x) => (x[16] = 1))],
      ['two batches', (b) => Buffer.concat([b, b])],
      ['a batch that is cut', (b) => b.subarray(0, -3)],
      ['no records', () => Buffer.alloc(0)],
    ] as [string, (batch: Buffer) => Buffer | null][]
  ).flatMap(([what, change]) =>
    [3, 9].map((version) => ({
      name: `produce v${version}: ${what}`,
      run: async (c: CaseContext) => {
        const topic = await createTopic(c, 'bad');
        await c.ask('produce', version, produceTo(topic, change(buildTestBatch())));
      },
    })),
  ),
  ...(
    [
      ['over the limit', { 'max.message.bytes': 100 }, { records: [{ key: 'k', value: 'x'.repeat(200) }] }],
      ['far in the future', {}, { timestamp: 9e12 }],
      ['of log append time', { 'message.timestamp.type': 'LogAppendTime' }, {}],
      ['without a key, compacted', { 'cleanup.policy': 'compact' }, { records: [{ key: null, value: 'v' }] }],
      ['that needs two replicas', { 'min.insync.replicas': 2 }, {}],
      ['with a producer id and no sequence', {}, { producerId: 5, producerEpoch: 0 }],
    ] as [string, object, TestBatch][]
  ).map(([what, configs, batch]) => ({
    name: `produce v9: a batch ${what}`,
    run: async (c: CaseContext) => {
      const topic = await createTopic(c, 'rule', { configs });
      await c.ask('produce', 9, produceTo(topic, buildTestBatch(batch)));
    },
  })),
  ...[-2, 2, 1].map((acks) => ({
    name: `produce v9: acks ${acks}`,
    run: async (c: CaseContext) => {
      const topic = await createTopic(c, 'acks');
      await c.ask('produce', 9, produceTo(topic, buildTestBatch(), { acks }));
    },
  })),
  {
    name: 'produce v9: an idempotent producer out of turn',
    run: async (c) => {
      const topic = await createTopic(c, 'idem');
      const { producerId } = await c.client.send('initProducerId', 4, {
        transactionalId: null,
        transactionTimeoutMs: 1000,
      });
      const send = (baseSequence: number, producerEpoch = 0) =>
        c.ask('produce', 9, produceTo(topic, buildTestBatch({ producerId, producerEpoch, baseSequence })));
      for (const sequence of [0, 1, 2, 3, 4, 5, 6, 6, 3, 1, 9, 7]) await send(sequence);
      await send(5, 1);
      await send(0, 1);
      await send(8, 0);
    },
  },
  {
    name: 'fetch v12: with a session that is not there',
    run: async (c) => {
      const topic = await createTopic(c, 'session');
      await c.ask('fetch', 12, { ...fetchFrom(topic, 0), sessionId: 12345, sessionEpoch: 3 });
    },
  },
];

const adminCases: ConformanceCase[] = [
  ...inEachVersion('createTopics', 'good and bad ones', async (c, version) => {
    const topic = (base: string, more: object) => ({
      name: c.name(base),
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: [],
      ...more,
    });
    const ask = (topics: ReturnType<typeof topic>[], validateOnly = false) =>
      c.ask('createTopics', version, { topics, timeoutMs: 5000, validateOnly });
    await ask([topic('a', {})]);
    await ask([topic('a', {})]);
    for (const more of [
      { name: 'bad name!' },
      { name: '' },
      { name: '..' },
      { name: 'x'.repeat(250) },
      { numPartitions: 0 },
      { numPartitions: -2 },
      { replicationFactor: 0 },
      { replicationFactor: 3 },
      { configs: [{ name: 'no.such.config', value: '1' }] },
      { configs: [{ name: 'retention.ms', value: 'soon' }] },
      { configs: [{ name: 'retention.ms', value: '-2' }] },
      { configs: [{ name: 'cleanup.policy', value: 'archive' }] },
      { configs: [{ name: 'retention.ms', value: null }] },
      { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
      { assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
      { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [9] }] },
    ]) {
      await ask([topic('checked', more)], true);
    }
    await ask([topic('twice', {}), topic('twice', {})]);
    if (version >= 4) await ask([topic('defaults', { numPartitions: -1, replicationFactor: -1 })]);
  }),
  ...inEachVersion('deleteTopics', 'one that is there and one that is not', async (c, version) => {
    const { name, topicId } = await createTopic(c, 'del');
    const byName = (names: string[]) => ({
      topics: names.map((n) => ({ name: n, topicId: NO_ID })),
      topicNames: version < 6 ? names : [],
      timeoutMs: 5000,
    });
    const ask = (request: ReturnType<typeof byName>) =>
      c.ask('deleteTopics', version, version < 6 ? { ...request, topics: [] } : request);
    await ask(byName([c.name('nowhere')]));
    if (version >= 6) {
      await c.ask('deleteTopics', version, {
        topics: [{ name: null, topicId }],
        topicNames: [],
        timeoutMs: 5000,
      });
      await c.ask('deleteTopics', version, {
        topics: [{ name: null, topicId }],
        topicNames: [],
        timeoutMs: 5000,
      });
    } else await ask(byName([name]));
  }),
  ...inEachVersion('createPartitions', 'more, as many and fewer', async (c, version) => {
    const { name } = await createTopic(c, 'grow', { partitions: 2 });
    const ask = (count: number, assignments: { brokerIds: number[] }[] | null = null, topic = name) =>
      c.ask('createPartitions', version, {
        topics: [{ name: topic, count, assignments }],
        timeoutMs: 5000,
        validateOnly: false,
      });
    for (const count of [1, 2, 0, -1]) await ask(count);
    await ask(3, [{ brokerIds: [1] }]);
    await ask(5, [{ brokerIds: [1] }]);
    await ask(4, [{ brokerIds: [7] }]);
    await ask(4);
    await ask(4, null, c.name('nowhere'));
  }),
  ...inEachVersion('describeConfigs', 'of a topic', async (c, version) => {
    const { name } = await createTopic(c, 'conf', {
      configs: { 'retention.ms': 5000, 'cleanup.policy': 'compact' },
    });
    const ask = (resourceName: string, configurationKeys: string[] | null, resourceType = 2) =>
      c.ask('describeConfigs', version, {
        resources: [{ resourceType, resourceName, configurationKeys }],
        includeSynonyms: true,
        includeDocumentation: false,
      });
    await ask(name, null);
    await ask(name, ['retention.ms', 'no.such.config']);
    await ask(c.name('nowhere'), null);
    await ask('77', null, 4);
  }),
  ...inEachVersion('incrementalAlterConfigs', 'set, delete, append, subtract', async (c, version) => {
    const { name } = await createTopic(c, 'inc');
    const ask = (
      configs: { name: string; configOperation: number; value: string | null }[],
      resourceName = name,
    ) =>
      c.ask('incrementalAlterConfigs', version, {
        resources: [{ resourceType: 2, resourceName, configs }],
        validateOnly: false,
      });
    await ask([{ name: 'retention.ms', configOperation: 0, value: '1234' }]);
    await ask([{ name: 'cleanup.policy', configOperation: 2, value: 'compact' }]);
    await ask([{ name: 'cleanup.policy', configOperation: 3, value: 'delete' }]);
    await ask([{ name: 'retention.ms', configOperation: 2, value: '1' }]);
    await ask([{ name: 'no.such.config', configOperation: 0, value: '1' }]);
    await ask([{ name: 'retention.ms', configOperation: 0, value: 'soon' }]);
    await ask([{ name: 'retention.ms', configOperation: 0, value: null }]);
    await ask([{ name: 'retention.ms', configOperation: 1, value: null }]);
    await ask([{ name: 'retention.ms', configOperation: 0, value: '1' }], c.name('nowhere'));
    await c.ask('describeConfigs', 4, {
      resources: [
        { resourceType: 2, resourceName: name, configurationKeys: ['retention.ms', 'cleanup.policy'] },
      ],
      includeSynonyms: false,
      includeDocumentation: false,
    });
  }),
  ...inEachVersion('alterConfigs', 'all at once', async (c, version) => {
    const { name } = await createTopic(c, 'alter', { configs: { 'retention.ms': 5000 } });
    const ask = (configs: { name: string; value: string | null }[], resourceName = name) =>
      c.ask('alterConfigs', version, {
        resources: [{ resourceType: 2, resourceName, configs }],
        validateOnly: false,
      });
    await ask([{ name: 'segment.ms', value: '60000' }]);
    await ask([{ name: 'no.such.config', value: '1' }]);
    await ask([{ name: 'segment.ms', value: '1' }], c.name('nowhere'));
  }),
  ...inEachVersion('metadata', 'of topics there and not there', async (c, version) => {
    const { name } = await createTopic(c, 'm', { partitions: 2 });
    await c.ask('metadata', version, metadataOf(name));
    await c.ask('metadata', version, metadataOf(c.name('nowhere')));
    await c.ask('metadata', version, metadataOf('bad name!'));
    if (version >= 8) {
      await c.ask('metadata', version, {
        ...metadataOf(name),
        includeTopicAuthorizedOperations: true,
        includeClusterAuthorizedOperations: true,
      });
    }
  }),
  ...inEachVersion('describeCluster', 'itself', async (c, version) => {
    await c.ask('describeCluster', version, {
      includeClusterAuthorizedOperations: true,
      includeFencedBrokers: false,
    });
    await c.ask('describeCluster', version, {
      includeClusterAuthorizedOperations: false,
      includeFencedBrokers: false,
    });
  }),
];

/** A subscription to nothing: Apache Kafka does not answer a member whose metadata it cannot read. */
const consumerProtocol = [{ name: 'range', metadata: Buffer.from('000000000000ffffffff', 'hex') }];

const joinAs = (groupId: string, memberId: string, more: object = {}) => ({
  groupId,
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 5000,
  memberId,
  protocolType: 'consumer',
  protocols: consumerProtocol,
  ...more,
});

const groupCases: ConformanceCase[] = [
  ...inEachVersion('findCoordinator', 'of a group and a transaction', async (c, version) => {
    for (const keyType of version === 0 ? [0] : [0, 1]) {
      await c.ask('findCoordinator', version, { key: 'any', keyType, coordinatorKeys: ['any', 'other'] });
    }
  }),
  ...inEachVersion('joinGroup', 'joins, syncs, beats and leaves', async (c, version) => {
    const groupId = c.name('g');
    let joined = await c.ask('joinGroup', version, joinAs(groupId, ''));
    if (joined.errorCode === 79) joined = await c.ask('joinGroup', version, joinAs(groupId, joined.memberId));
    const { memberId, generationId } = joined;
    const v = (api: ApiName) => Math.min(version, range(api).at(-1) ?? 0);
    const at = { groupId, generationId, memberId, protocolType: 'consumer', protocolName: 'range' };
    const assignments = [{ memberId, assignment: Buffer.from('assigned') }];
    await c.ask('syncGroup', v('syncGroup'), { ...at, generationId: generationId + 1, assignments });
    await c.ask('syncGroup', v('syncGroup'), { ...at, memberId: 'stranger', assignments });
    await c.ask('syncGroup', v('syncGroup'), { ...at, assignments });
    await c.ask('heartbeat', v('heartbeat'), at);
    await c.ask('heartbeat', v('heartbeat'), { ...at, generationId: 77 });
    await c.ask('heartbeat', v('heartbeat'), { ...at, memberId: 'stranger' });
    await c.ask('describeGroups', 5, { groups: [groupId], includeAuthorizedOperations: true });
    const again = await c.ask('joinGroup', version, joinAs(groupId, memberId));
    await c.ask('heartbeat', v('heartbeat'), { ...at, generationId: again.generationId });
    const member = { memberId, groupInstanceId: null, reason: null };
    await c.ask('leaveGroup', v('leaveGroup'), {
      groupId,
      memberId: 'stranger',
      members: [{ ...member, memberId: 'stranger' }],
    });
    await c.ask('leaveGroup', v('leaveGroup'), { groupId, memberId, members: [member] });
    await c.ask('describeGroups', 5, { groups: [groupId], includeAuthorizedOperations: false });
  }),
  ...inEachVersion('joinGroup', 'is refused', async (c, version) => {
    const groupId = c.name('refused');
    const ask = (more: object, memberId = '') => c.ask('joinGroup', version, joinAs(groupId, memberId, more));
    await ask({ groupId: '' });
    await ask({ sessionTimeoutMs: 10 });
    await ask({ sessionTimeoutMs: 100_000_000 });
    await ask({ protocols: [] });
    await ask({ protocolType: '' });
    await ask({}, 'stranger');
  }),
  ...inEachVersion('joinGroup', 'of static members', async (c, version) => {
    const groupId = c.name('static');
    const more = { groupInstanceId: 'one' };
    const first = await c.ask('joinGroup', version, joinAs(groupId, '', more));
    const at = {
      groupId,
      generationId: first.generationId,
      memberId: first.memberId,
      groupInstanceId: 'one',
      protocolType: 'consumer',
      protocolName: 'range',
    };
    await c.ask('syncGroup', 5, {
      ...at,
      assignments: [{ memberId: first.memberId, assignment: Buffer.from('a') }],
    });
    await c.ask('joinGroup', version, joinAs(groupId, '', more));
    await c.ask('heartbeat', 4, at);
    await c.ask('joinGroup', version, joinAs(groupId, first.memberId, more));
  }).filter(({ name }) => !/ v[0-4]:/.test(name)),
  ...inEachVersion('describeGroups', 'of a group that is not there', async (c, version) => {
    await c.ask('describeGroups', version, {
      groups: [c.name('nowhere')],
      includeAuthorizedOperations: false,
    });
  }),
  ...inEachVersion('deleteGroups', 'there, not there, and in use', async (c, version) => {
    const groupId = c.name('doomed');
    const topic = await createTopic(c, 'doomed');
    await c.client.send('offsetCommit', 8, commitOf(groupId, topic, 3));
    const used = c.name('used');
    await c.client.send('joinGroup', 3, joinAs(used, ''));
    await c.ask('deleteGroups', version, { groupIds: [groupId, c.name('nowhere'), used] });
  }),
  ...inEachVersion('offsetCommit', 'outside of members, and what comes back', async (c, version) => {
    const groupId = c.name('offsets');
    const topic = await createTopic(c, 'offsets', { partitions: 2 });
    await c.ask('offsetCommit', version, commitOf(groupId, topic, 5));
    await c.ask('offsetCommit', version, commitOf(groupId, topic, 6, { index: 9 }));
    await c.ask(
      'offsetCommit',
      version,
      commitOf(groupId, topic, 6, { generationId: 4, memberId: 'stranger' }),
    );
    await c.ask('offsetCommit', version, commitOf('', topic, 6));
    await c.ask('offsetCommit', version, commitOf(groupId, topic, 6, { metadata: 'x'.repeat(5000) }));
    await c.ask(
      'offsetCommit',
      version,
      commitOf(groupId, { name: c.name('nowhere'), topicId: '11111111-1111-4111-8111-111111111111' }, 6),
    );
  }),
  ...inEachVersion(
    'offsetFetch',
    'of partitions with and without a commit, and of all',
    async (c, version) => {
      const groupId = c.name('fetched');
      const topic = await createTopic(c, 'fetched', { partitions: 2 });
      await c.client.send('offsetCommit', 8, commitOf(groupId, topic, 5, { metadata: 'here' }));
      const ask = (partitions: number[] | null, id = groupId) => {
        const topics = partitions && [{ ...topic, partitions }];
        return c.ask('offsetFetch', version, {
          groupId: id,
          topics,
          groups: [{ groupId: id, topics }],
          requireStable: false,
        });
      };
      await ask([0, 1, 7]);
      if (version >= 2) await ask(null);
      await ask([0], c.name('unknown'));
    },
  ),
  {
    name: 'offsetCommit v8: by members of a group that changes',
    run: async (c) => {
      const groupId = c.name('members');
      const topic = await createTopic(c, 'members');
      const { memberId, generationId } = await c.ask('joinGroup', 3, joinAs(groupId, ''));
      const commit = (more: object) => c.ask('offsetCommit', 8, commitOf(groupId, topic, 1, more));
      await commit({ memberId, generationId });
      await c.ask('syncGroup', 3, { groupId, memberId, generationId, assignments: [] });
      await commit({ memberId, generationId });
      await commit({ memberId, generationId: generationId - 1 });
      await commit({ memberId: 'stranger', generationId });
      await commit({});
      const second = await c.open();
      const joining = second.send('joinGroup', 3, joinAs(groupId, ''));
      await pause(200);
      await c.ask('heartbeat', 3, { groupId, memberId, generationId });
      await commit({ memberId, generationId });
      await c.ask('joinGroup', 3, joinAs(groupId, memberId));
      await joining;
    },
  },
];

const commitOf = (
  groupId: string,
  topic: Reference,
  offset: number,
  more: { index?: number; generationId?: number; memberId?: string; metadata?: string } = {},
) => ({
  groupId,
  generationId: more.generationId ?? -1,
  memberId: more.memberId ?? '',
  topics: [{ ...topic, partitions: [{ index: more.index ?? 0, offset, metadata: more.metadata ?? null }] }],
});

const transactionCases: ConformanceCase[] = [
  ...inEachVersion('initProducerId', 'with and without a transactional id', async (c, version) => {
    const ask = (transactionalId: string | null, transactionTimeoutMs = 10_000, more: object = {}) =>
      c.ask('initProducerId', version, { transactionalId, transactionTimeoutMs, ...more });
    await ask(null);
    await ask('');
    const id = c.name('t');
    await ask(id, 0);
    await ask(id, 100_000_000);
    const first = await ask(id);
    await ask(id);
    if (version >= 3) {
      const { producerId, producerEpoch } = await ask(id);
      await ask(id, 10_000, { producerId, producerEpoch });
      await ask(id, 10_000, { producerId, producerEpoch });
      await ask(id, 10_000, { producerId: first.producerId, producerEpoch: 0 });
      await ask(id, 10_000, { producerId: producerId + 1000, producerEpoch: 0 });
      await ask(id, 10_000, { producerId, producerEpoch: -1 });
    }
  }),
  ...[0, 1, 2, 3].map((version) => ({
    name: `transactions v${version}: their whole life`,
    run: async (c: CaseContext) => {
      const topic = await createTopic(c, 'tx', { partitions: 2 });
      const transactionalId = c.name('tx');
      const { producerId, producerEpoch } = await c.client.send('initProducerId', 2, {
        transactionalId,
        transactionTimeoutMs: 10_000,
      });
      const me = { transactionalId, producerId, producerEpoch };
      const topics = [{ name: topic.name, partitions: [0] }];
      const send = (baseSequence: number, more: object = {}) =>
        c.ask(
          'produce',
          9,
          produceTo(
            topic,
            buildTestBatch({
              producerId,
              producerEpoch,
              baseSequence,
              transactional: true,
              ...more,
            }),
            { transactionalId },
          ),
        );
      await c.ask('endTxn', version, { ...me, committed: true });
      await send(0);
      await c.ask('addPartitionsToTxn', version, { ...me, topics });
      await c.ask('addPartitionsToTxn', version, {
        ...me,
        topics: [{ name: topic.name, partitions: [0, 9] }],
      });
      await c.ask('addPartitionsToTxn', version, { ...me, producerEpoch: producerEpoch + 1, topics });
      await c.ask('addPartitionsToTxn', version, { ...me, producerId: producerId + 1000, topics });
      await c.ask('addPartitionsToTxn', version, { ...me, transactionalId: c.name('stranger'), topics });
      await send(0);
      await c.ask('fetch', 11, fetchFrom(topic, 0, { committed: true }));
      await c.ask('listOffsets', 5, { ...offsetsOf(topic.name, -1), isolationLevel: 1 });
      await c.ask('endTxn', version, { ...me, producerEpoch: producerEpoch + 1, committed: true });
      await c.ask('endTxn', version, { ...me, producerId: producerId + 1000, committed: true });
      await c.ask('endTxn', version, { ...me, committed: false });
      await settled(c, topic, 2);
      await c.ask('endTxn', version, { ...me, committed: false });
      await c.ask('endTxn', version, { ...me, committed: true });
      await c.ask('fetch', 11, fetchFrom(topic, 0, { committed: true }));
      await c.ask('fetch', 11, fetchFrom(topic, 0));
      await addedOnceFree(c, { ...me, topics });
      await send(1);
      await c.ask('endTxn', version, { ...me, committed: true });
      await settled(c, topic, 4);
      await c.ask('fetch', 11, fetchFrom(topic, 0, { committed: true }));
    },
  })),
  ...[0, 1, 2, 3, 4].map((version) => ({
    name: `txnOffsetCommit v${version}: offsets in a transaction`,
    run: async (c: CaseContext) => {
      const topic = await createTopic(c, 'txo');
      const transactionalId = c.name('txo');
      const groupId = c.name('txo-group');
      const { producerId, producerEpoch } = await c.client.send('initProducerId', 2, {
        transactionalId,
        transactionTimeoutMs: 10_000,
      });
      const me = { transactionalId, producerId, producerEpoch };
      const commit = (more: object = {}) => {
        const partitions = [{ index: 0, offset: 7, metadata: 'm' }];
        return c.ask('txnOffsetCommit', version, {
          ...me,
          groupId,
          topics: [{ name: topic.name, partitions }],
          ...more,
        });
      };
      const topics = [{ ...topic, partitions: [0] }];
      const read = (requireStable: boolean) =>
        c.ask('offsetFetch', 7, { groupId, topics, groups: [], requireStable });
      await commit();
      const v = Math.min(version, 4);
      await c.ask('addOffsetsToTxn', v, { ...me, groupId: '' });
      await c.ask('addOffsetsToTxn', v, { ...me, producerEpoch: 9, groupId });
      await c.ask('addOffsetsToTxn', v, { ...me, groupId });
      await commit();
      await commit({ producerEpoch: 9 });
      await read(true);
      await read(false);
      await c.ask('endTxn', Math.min(v, 3), { ...me, committed: true });
      for (let i = 0; i < 100; i++) {
        const { topics: found } = await c.client.send('offsetFetch', 7, {
          groupId,
          topics,
          groups: [],
          requireStable: true,
        });
        if (found[0]?.partitions[0]?.offset === 7) break;
        await pause(20);
      }
      await read(true);
    },
  })),
];

/** Apache Kafka writes markers after it has answered: waits until they are there. */
async function settled(c: CaseContext, topic: Reference, offset: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const { topics } = await c.client.send('listOffsets', 5, {
      ...offsetsOf(topic.name, -1),
      isolationLevel: 1,
    });
    if (topics[0]?.partitions[0]?.offset === offset) break;
    await pause(10);
  }
  await pause(50);
}

async function addedOnceFree(c: CaseContext, request: AnyRequest<'addPartitionsToTxn'>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const { topics } = await c.client.send('addPartitionsToTxn', 2, request);
    if (topics[0]?.partitions[0]?.errorCode !== 51) return;
    await pause(10);
  }
}

/** All cases. Every one is run against Apache Kafka and against this broker, and the answers are compared. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...dataCases,
  ...adminCases,
  ...groupCases,
  ...transactionCases,
];

/** Runs a case and returns its answers, without what differs from run to run. */
export async function runCase(testCase: ConformanceCase, address: string): Promise<unknown[]> {
  const [host, port] = address.split(':');
  const run = Math.random().toString(36).slice(2, 10);
  const clients: FrameClient[] = [];
  const open = async () => {
    const client = await connectFrames(Number(port), host);
    clients.push(client);
    return client;
  };
  const client = await open();
  const answers: unknown[] = [];
  try {
    await testCase.run({
      client,
      open,
      name: (base) => `${base}-${run}`,
      async ask(api, version, request) {
        try {
          const answer = await client.send(api, version, request);
          answers.push({ api, version, answer: normalize(answer, run) });
          return answer;
        } catch (error) {
          answers.push({ api, version, error: String(error) });
          throw error;
        }
      },
    });
  } catch (error) {
    if (!String(error).includes('the connection was closed')) throw error;
  } finally {
    for (const each of clients) each.close();
  }
  return answers;
}

/** Sentences are each broker's own; where Apache Kafka has none, one from us does no harm. */
const IGNORED = new Set(['errorMessage', 'batchIndexErrorMessage', 'recordErrors']);

/** Fields whose content is any broker's own; whether they are there is compared. */
const VOLATILE = new Set([
  'topicId',
  'host',
  'port',
  'clusterId',
  'memberId',
  'leader',
  'clientHost',
  'producerId',
  'logAppendTimeMs',
  'lastProducerId',
]);

function normalize(value: unknown, run: string, key = ''): unknown {
  if (VOLATILE.has(key)) {
    const isEmpty = value === null || value === '' || value === -1 || value === NO_ID;
    return isEmpty ? value : '<set>';
  }
  if (typeof value === 'string') return value.replaceAll(`-${run}`, '');
  if (Buffer.isBuffer(value)) return key === 'records' ? `${value.length} bytes` : value.toString('hex');
  if (Array.isArray(value)) return value.map((item) => normalize(item, run)).sort(inOrder);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !IGNORED.has(name))
        .map(([name, item]) => [name, normalize(item, run, name)]),
    );
  }
  return value;
}

/** The order of settings and of partitions in an answer means nothing. */
function inOrder(a: unknown, b: unknown): number {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
