import fs from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { Journal } from '../log/journal.ts';
import { PartitionLog } from '../log/partition-log.ts';
import { settingsOf } from './topic-config.ts';
import type { Configs, TopicSettings } from './topic-config.ts';

/** What is kept of a topic. */
export interface TopicRecord {
  readonly id: string;
  readonly partitions: number;
  readonly configs: Configs;
}

/** A topic with its open logs. */
export interface Topic {
  readonly name: string;
  readonly id: string;
  configs: Configs;
  settings: TopicSettings;
  readonly partitions: PartitionLog[];
}

export interface TopicStoreOptions {
  readonly fsync: boolean;
  readonly warn: (message: string) => void;
}

/** Whether a name may be a topic's: 1 to 249 of letters, digits, dot, underscore and hyphen, and not `.` or `..`. */
export function isTopicName(name: string): boolean {
  return /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..';
}

/** All topics: their settings in a journal, their partitions' logs in `topics/<name>-<partition>`. */
export class TopicStore {
  private readonly directory: string;
  private readonly journal: Journal<TopicRecord>;
  private readonly options: TopicStoreOptions;
  private readonly topics = new Map<string, Topic>();
  private readonly byId = new Map<string, Topic>();

  constructor(dataDir: string, options: TopicStoreOptions) {
    this.directory = path.join(dataDir, 'topics');
    this.options = options;
    fs.mkdirSync(this.directory, { recursive: true });
    this.journal = new Journal(path.join(dataDir, 'topics.journal'), options);
    this.removeStrays();
    for (const [name, record] of this.journal.entries) this.open(name, record);
  }

  /** Removes what a deletion left behind when it was cut short. */
  private removeStrays(): void {
    for (const entry of fs.readdirSync(this.directory)) {
      const cut = entry.lastIndexOf('-');
      const record = this.journal.entries.get(entry.slice(0, cut));
      if (record && Number(entry.slice(cut + 1)) < record.partitions) continue;
      fs.rmSync(path.join(this.directory, entry), { recursive: true, force: true });
    }
  }

  private open(name: string, record: TopicRecord): Topic {
    const topic: Topic = {
      name,
      id: record.id,
      configs: record.configs,
      settings: settingsOf(record.configs),
      partitions: [],
    };
    this.openPartitions(topic, record.partitions);
    this.topics.set(name, topic);
    this.byId.set(topic.id, topic);
    return topic;
  }

  private openPartitions(topic: Topic, count: number): void {
    for (let index = topic.partitions.length; index < count; index++) {
      topic.partitions.push(
        new PartitionLog(path.join(this.directory, `${topic.name}-${index}`), {
          fsync: this.options.fsync,
          settings: () => topic.settings,
          warn: this.options.warn,
        }),
      );
    }
  }

  get(name: string): Topic | undefined {
    return this.topics.get(name);
  }

  /** Finds a topic by its name, or by its id where a version of the protocol has replaced the name. */
  find(reference: { readonly name: string | null; readonly topicId?: string }): Topic | undefined {
    return reference.name ? this.topics.get(reference.name) : this.byId.get(reference.topicId ?? '');
  }

  /** All topics by name. */
  list(): Topic[] {
    return [...this.topics.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  partition(name: string, index: number): PartitionLog | undefined {
    return this.topics.get(name)?.partitions[index];
  }

  create(name: string, partitions: number, options: { configs: Configs }): Topic {
    const record = { id: randomUUID(), partitions, configs: options.configs };
    this.journal.write([[name, record]]);
    return this.open(name, record);
  }

  setConfigs(topic: Topic, configs: Configs): void {
    this.journal.write([[topic.name, { id: topic.id, partitions: topic.partitions.length, configs }]]);
    topic.configs = configs;
    topic.settings = settingsOf(configs);
  }

  addPartitions(topic: Topic, count: number): void {
    this.journal.write([[topic.name, { id: topic.id, partitions: count, configs: topic.configs }]]);
    this.openPartitions(topic, count);
  }

  async delete(topic: Topic): Promise<void> {
    this.journal.write([[topic.name, null]]);
    this.topics.delete(topic.name);
    this.byId.delete(topic.id);
    for (const log of topic.partitions) {
      const doomed = `${log.directory}.${topic.id}.deleted`;
      fs.renameSync(log.directory, doomed);
      await log.close({ discard: true });
      await fs.promises.rm(doomed, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    for (const topic of this.topics.values()) for (const log of topic.partitions) await log.close();
    this.journal.close();
  }
}
