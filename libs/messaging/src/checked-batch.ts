import type { Message, RecordMetadata, TopicMessages } from 'kafkajs';
import { MessagingError } from './errors.ts';

/**
 * The broker's limit (`max.message.bytes`) is on the whole batch of a partition. A batch stays below Kafka's default of
 * 1 MiB; a record that is larger goes alone, up to the limit of its topic.
 */
const MAX_PARTITION_BYTES = 900 * 1024;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** kafkajs groups a partition's records by copying, which is quadratic. */
const MAX_BATCH_RECORDS = 1_000;

interface Member {
  topic: string;
  partition: number;
  bytes: number;
  message: Message;
}

/** Records that leave in one produce request. */
export class Batch<T extends Member> {
  readonly #topics = new Map<string, Map<number, { members: T[]; bytes: number }>>();
  bytes = 0;
  size = 0;

  /** Whether there was room. An empty batch takes any record. */
  add(member: T): boolean {
    const { topic, partition, bytes } = member;
    const partitions = this.#topics.get(topic) ?? new Map<number, { members: T[]; bytes: number }>();
    const group = partitions.get(partition) ?? { members: [], bytes: 0 };
    const fits =
      this.size < MAX_BATCH_RECORDS &&
      this.bytes + bytes <= MAX_BATCH_BYTES &&
      group.bytes + bytes <= MAX_PARTITION_BYTES;
    // A broker refuses a request as a whole, so a record that it might refuse takes none with it.
    if (this.size > 0 && !fits) return false;
    group.members.push(member);
    group.bytes += bytes;
    this.bytes += bytes;
    this.size += 1;
    this.#topics.set(topic, partitions.set(partition, group));
    return true;
  }

  /** What it holds of each topic. */
  *totals(): Generator<{ topic: string; records: number; bytes: number }> {
    for (const [topic, partitions] of this.#topics) {
      let [records, bytes] = [0, 0];
      for (const group of partitions.values()) {
        records += group.members.length;
        bytes += group.bytes;
      }
      yield { topic, records, bytes };
    }
  }

  topicMessages(): TopicMessages[] {
    return Array.from(this.#topics, ([topic, partitions]) => ({
      topic,
      messages: [...partitions.values()].flatMap(({ members }) => members.map(({ message }) => message)),
    }));
  }

  /**
   * Matches the broker's answers to the records. kafkajs keeps the answers of the brokers that took their part while it
   * retries the others; when a partition's leader moves meanwhile, the partition can be missing from the answers
   * although the send "succeeded" (its records are lost), or be there twice (written twice). Both are found here.
   */
  acknowledge(answers: RecordMetadata[], each: (member: T, offset: bigint) => void): { repeated: boolean } {
    const offsets = new Map<string, bigint>();
    let repeated = false;
    for (const { topicName, partition, baseOffset } of answers) {
      const key = `${topicName} ${partition}`;
      repeated ||= offsets.has(key);
      offsets.set(key, BigInt(baseOffset ?? -1));
    }
    for (const [topic, partitions] of this.#topics) {
      for (const [partition, { members }] of partitions) {
        const base = offsets.get(`${topic} ${partition}`);
        if (base === undefined) {
          throw new MessagingError(
            'unavailable',
            `Kafka did not acknowledge partition ${partition} of ${topic}.`,
          );
        }
        members.forEach((member, index) => {
          each(member, base + BigInt(index));
        });
      }
    }
    return { repeated };
  }
}
