import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import type { Consumer, EachBatchPayload, PartitionAssigner } from 'kafkajs';
import { messageOf } from './errors.ts';
import { countConsumed } from './metrics.ts';
import type { Messaging } from './messaging.ts';
import { toIncoming } from './records.ts';
import { SupervisedConsumer } from './supervised-consumer.ts';
import type { Health, IncomingRecord } from './types.ts';

export interface AssignedConsumerOptions {
  topic: string;
  /** What the name of its group begins with. */
  name: string;
  /** Offset to begin at, for each partition to read. */
  from: Map<number, bigint>;
  onRecord(record: IncomingRecord): void;
  /** After the position of a partition moved. */
  onProgress?(): void;
}

/**
 * Reads given partitions of a topic, all by itself, record by record: what tables, followers and partition readers are made
 * of, which each see everything; who shares the work has a GroupConsumer. kafkajs has no manual assignment, so the consumer is the only member
 * of a group of its own, whose assignor gives it exactly these partitions. Nothing is committed; a group that is left
 * behind by a crash is empty and has no offsets, and the broker forgets it by itself.
 */
export class AssignedConsumer {
  readonly #messaging: Messaging;
  readonly #options: AssignedConsumerOptions;
  readonly #groupId: string;
  readonly #consumer: SupervisedConsumer;
  readonly #positions: Map<number, bigint>;

  constructor(messaging: Messaging, options: AssignedConsumerOptions) {
    this.#messaging = messaging;
    this.#options = options;
    this.#groupId = `${options.name}-${randomUUID()}`;
    this.#positions = new Map(options.from);
    this.#consumer = new SupervisedConsumer(messaging, {
      groupId: this.#groupId,
      topics: [options.topic],
      partitionAssigners: [this.#assigner()],
      // Its group has no other member: nobody waits for its heartbeats, and only its own end for its fetch.
      waiting: { maxWaitTimeInMs: 500, heartbeatInterval: 2_000 },
      onJoin: (consumer) => {
        this.#seekAll(consumer);
      },
      onBatch: (payload) => this.#read(payload),
      onFiltered: (_topic, partition, { next }) => {
        this.#advance(partition, next);
      },
    });
  }

  async start(): Promise<void> {
    await this.#consumer.start();
  }

  /** The next offset of each partition that it will read. */
  get positions(): ReadonlyMap<number, bigint> {
    return this.#positions;
  }

  health(): Health {
    return this.#consumer.health();
  }

  async stop(): Promise<void> {
    await this.#consumer.stop();
    await this.#messaging.admin.deleteGroup(this.#groupId).catch((error: unknown) => {
      this.#messaging.logger.debug(
        { groupId: this.#groupId },
        `the group was not deleted: ${messageOf(error)}`,
      );
    });
  }

  #assigner(): PartitionAssigner {
    const { topic, from } = this.#options;
    const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;
    const name = 'tributary-assigned';
    const userData = Buffer.alloc(0);
    const assignment = MemberAssignment.encode({
      version: 0,
      assignment: { [topic]: [...from.keys()] },
      userData,
    });
    return () => ({
      name,
      version: 0,
      protocol: ({ topics }) => ({ name, metadata: MemberMetadata.encode({ version: 0, topics, userData }) }),
      assign: ({ members }) =>
        Promise.resolve(members.map(({ memberId }) => ({ memberId, memberAssignment: assignment }))),
    });
  }

  /**
   * On every join, not only the first: after a stall the group is joined again, and without a committed offset kafkajs
   * would go on from wherever it then finds an end.
   */
  #seekAll(consumer: Consumer): void {
    const { topic } = this.#options;
    for (const [partition, offset] of this.#positions)
      consumer.seek({ topic, partition, offset: offset.toString() });
  }

  #read({ batch, resolveOffset }: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = batch;
    let bytes = 0;
    for (const message of messages) {
      if (BigInt(message.offset) < this.#positions.get(partition)!) continue;
      this.#deliver(toIncoming({ topic, partition }, message));
      bytes += (message.key?.length ?? 0) + (message.value?.length ?? 0);
      this.#positions.set(partition, BigInt(message.offset) + 1n);
    }
    resolveOffset(messages.at(-1)!.offset);
    countConsumed(topic, messages.length, { bytes });
    this.#advance(partition, BigInt(batch.lastOffset()) + 1n);
    return Promise.resolve();
  }

  /** A handler's error concerns one record; the others are read on. */
  #deliver(record: IncomingRecord): void {
    try {
      this.#options.onRecord(record);
    } catch (error) {
      const { topic, partition, offset } = record;
      this.#messaging.logger.error(
        { err: error, topic, partition, offset: String(offset) },
        'a record was not understood',
      );
    }
  }

  #advance(partition: number, next: bigint): void {
    const known = this.#positions.get(partition);
    if (known !== undefined && next > known) this.#positions.set(partition, next);
    this.#options.onProgress?.();
  }
}
