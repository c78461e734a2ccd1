/** Types of a setting, with the protocol's numbers for them. */
export const configTypes = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 } as const;
type ConfigType = keyof typeof configTypes;

interface TopicSetting {
  readonly type: ConfigType;
  readonly default: string;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  /** Name of the broker's own setting, where its default comes from. */
  readonly synonym?: string;
}

/** A topic's own settings. */
export type Configs = Readonly<Record<string, string>>;

const LONG_MAX = '9223372036854775807';
const HOUR_MS = 3_600_000;

function setting(type: ConfigType) {
  return (
    fallback: string | number | boolean,
    more: Omit<TopicSetting, 'type' | 'default'> = {},
  ): TopicSetting => ({
    type,
    default: String(fallback),
    ...more,
  });
}
const [int, long, double] = [setting('int'), setting('long'), setting('double')];
const [boolean, string, list] = [setting('boolean'), setting('string'), setting('list')];

/**
 * The settings of a topic that are known, with Apache Kafka's types, bounds and defaults. Those that concern replication
 * or tiered storage are kept and shown, and have no effect on a single node.
 */
export const topicSettings: Readonly<Record<string, TopicSetting>> = {
  'cleanup.policy': list('delete', { values: ['compact', 'delete'], synonym: 'log.cleanup.policy' }),
  'compression.gzip.level': int(-1, { synonym: 'compression.gzip.level' }),
  'compression.lz4.level': int(9, { synonym: 'compression.lz4.level' }),
  'compression.type': string('producer', {
    values: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    synonym: 'compression.type',
  }),
  'compression.zstd.level': int(3, { synonym: 'compression.zstd.level' }),
  'delete.retention.ms': long(24 * HOUR_MS, { min: 0, synonym: 'log.cleaner.delete.retention.ms' }),
  'file.delete.delay.ms': long(60000, { min: 0, synonym: 'log.segment.delete.delay.ms' }),
  'flush.messages': long(LONG_MAX, { min: 1, synonym: 'log.flush.interval.messages' }),
  'flush.ms': long(LONG_MAX, { min: 0 }),
  'follower.replication.throttled.replicas': list(''),
  'index.interval.bytes': int(4096, { min: 0, synonym: 'log.index.interval.bytes' }),
  'leader.replication.throttled.replicas': list(''),
  'local.retention.bytes': long(-2, { min: -2, synonym: 'log.local.retention.bytes' }),
  'local.retention.ms': long(-2, { min: -2, synonym: 'log.local.retention.ms' }),
  'max.compaction.lag.ms': long(LONG_MAX, { min: 1, synonym: 'log.cleaner.max.compaction.lag.ms' }),
  'max.message.bytes': int(1048588, { min: 0, synonym: 'message.max.bytes' }),
  'message.timestamp.after.max.ms': long(HOUR_MS, { min: 0, synonym: 'log.message.timestamp.after.max.ms' }),
  'message.timestamp.before.max.ms': long(LONG_MAX, {
    min: 0,
    synonym: 'log.message.timestamp.before.max.ms',
  }),
  'message.timestamp.type': string('CreateTime', {
    values: ['CreateTime', 'LogAppendTime'],
    synonym: 'log.message.timestamp.type',
  }),
  'min.cleanable.dirty.ratio': double(0.5, { min: 0, max: 1, synonym: 'log.cleaner.min.cleanable.ratio' }),
  'min.compaction.lag.ms': long(0, { min: 0, synonym: 'log.cleaner.min.compaction.lag.ms' }),
  'min.insync.replicas': int(1, { min: 1, synonym: 'min.insync.replicas' }),
  preallocate: boolean(false, { synonym: 'log.preallocate' }),
  'remote.log.copy.disable': boolean(false),
  'remote.log.delete.on.disable': boolean(false),
  'remote.storage.enable': boolean(false),
  'retention.bytes': long(-1, { min: -1, synonym: 'log.retention.bytes' }),
  'retention.ms': long(168 * HOUR_MS, { min: -1 }),
  'segment.bytes': int(1073741824, { min: 14, synonym: 'log.segment.bytes' }),
  'segment.index.bytes': int(10485760, { min: 4, synonym: 'log.index.size.max.bytes' }),
  'segment.jitter.ms': long(0, { min: 0 }),
  'segment.ms': long(168 * HOUR_MS, { min: 1 }),
  'unclean.leader.election.enable': boolean(false, { synonym: 'unclean.leader.election.enable' }),
};

const NUMBER_BOUNDS = {
  int: [-(2 ** 31), 2 ** 31 - 1],
  long: [-(2 ** 63), 2 ** 63],
  double: [-Infinity, Infinity],
} as const;

/** Why a value is refused, as a sentence, or undefined when it is fine. */
export function refuseConfig(name: string, value: string | null): string | undefined {
  const setting = topicSettings[name];
  if (!setting) return `Unknown topic config name: ${name}`;
  if (value === null) return `Null value not supported for topic configs: ${name}`;
  const trimmed = value.trim();
  const invalid = (why: string) => `Invalid value ${value} for configuration ${name}: ${why}`;
  const items = setting.type === 'list' ? splitList(trimmed) : [trimmed];
  switch (setting.type) {
    case 'string':
    case 'list': {
      const { values } = setting;
      if (!values || items.every((item) => values.includes(item))) return undefined;
      return invalid(`String must be one of: ${values.join(', ')}`);
    }
    case 'boolean':
      if (/^(true|false)$/i.test(trimmed)) return undefined;
      return invalid('Expected value to be either true or false');
    default: {
      const number = trimmed === '' ? NaN : Number(trimmed);
      const [low, high] = NUMBER_BOUNDS[setting.type];
      const isWritten = setting.type === 'double' || /^[+-]?\d+$/.test(trimmed);
      if (!isWritten || !(number >= low && number <= high)) {
        return invalid(`Not a number of type ${setting.type.toUpperCase()}`);
      }
      const { min = low, max = high } = setting;
      if (number < min) return invalid(`Value must be at least ${min}`);
      return number > max ? invalid(`Value must be no more than ${max}`) : undefined;
    }
  }
}

function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** A topic's value of a setting, or the default. */
export function configValue(configs: Configs, name: string): string {
  return configs[name] ?? topicSettings[name]?.default ?? '';
}

/** A topic's value of a numeric setting. */
function configNumber(configs: Configs, name: string): number {
  return Number(configValue(configs, name));
}

/** The items of a topic's setting that is a list. */
export function configList(configs: Configs, name: string): string[] {
  return splitList(configValue(configs, name));
}

const SOURCE_TOPIC = 1;
const SOURCE_DEFAULT = 5;

/** A topic's setting as the protocol shows it. */
export function describeConfig(configs: Configs, name: string) {
  return {
    name,
    value: configValue(configs, name),
    readOnly: false,
    configSource: name in configs ? SOURCE_TOPIC : SOURCE_DEFAULT,
    isSensitive: false,
  };
}

/** Where a setting's value comes from: the topic itself, and what the broker has. */
export function synonymsOf(configs: Configs, name: string) {
  const { synonym, default: value = '' } = topicSettings[name] ?? {};
  const fallback = synonym ? [{ name: synonym, value, source: SOURCE_DEFAULT }] : [];
  return name in configs ? [{ name, value: configs[name]!, source: SOURCE_TOPIC }, ...fallback] : fallback;
}

/** What a topic takes and what its logs keep. A time or size of -1 means no limit. */
export type TopicSettings = Readonly<ReturnType<typeof settingsOf>>;

/** Those settings of a topic that have an effect. */
export function settingsOf(configs: Configs) {
  const policy = configList(configs, 'cleanup.policy');
  return {
    segmentBytes: configNumber(configs, 'segment.bytes'),
    segmentMs: configNumber(configs, 'segment.ms'),
    retentionMs: configNumber(configs, 'retention.ms'),
    retentionBytes: configNumber(configs, 'retention.bytes'),
    compact: policy.includes('compact'),
    deleteOld: policy.includes('delete'),
    deleteRetentionMs: configNumber(configs, 'delete.retention.ms'),
    minCleanableDirtyRatio: configNumber(configs, 'min.cleanable.dirty.ratio'),
    minCompactionLagMs: configNumber(configs, 'min.compaction.lag.ms'),
    maxMessageBytes: configNumber(configs, 'max.message.bytes'),
    /* How far a record's timestamp may lie in the future. */
    maxTimestampAheadMs: configNumber(configs, 'message.timestamp.after.max.ms'),
    appendTime: configValue(configs, 'message.timestamp.type') === 'LogAppendTime',
  };
}
