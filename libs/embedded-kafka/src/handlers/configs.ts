import { NODE_ID } from '../broker-context.ts';
import type { BrokerContext, Handler } from '../broker-context.ts';
import type { Response } from '../protocol/apis.ts';
import { errors } from '../protocol/errors.ts';
import { configList, configTypes, configValue, refuseConfig, topicSettings } from '../topics/topic-config.ts';

const TOPIC = 2;
const BROKER = 4;
const SOURCE_TOPIC = 1;
const SOURCE_STATIC_BROKER = 4;
const SOURCE_DEFAULT = 5;

/** Operations of an incremental change. */
const SET = 0;
const DELETE = 1;
const APPEND = 2;
const SUBTRACT = 3;

type Configs = Readonly<Record<string, string>>;
type Described = Response<'describeConfigs'>['results'][number];

/** Names of all settings of a topic. */
export function topicConfigNames(): string[] {
  return Object.keys(topicSettings);
}

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

export const handleDescribeConfigs: Handler<'describeConfigs'> = async (context, request) => {
  return {
    results: request.resources.map(({ resourceType, resourceName, configurationKeys }): Described => {
      const about = { resourceType, resourceName };
      const refused = (errorCode: number, errorMessage: string) => ({
        ...about,
        errorCode,
        errorMessage,
        configs: [],
      });
      const isWanted = (name: string) => configurationKeys === null || configurationKeys.includes(name);
      if (resourceType === BROKER) {
        if (resourceName !== String(NODE_ID) && resourceName !== '') {
          return refused(
            errors.INVALID_REQUEST,
            `Unexpected broker id, expected ${NODE_ID} or empty string, but received ${resourceName}`,
          );
        }
        return {
          ...about,
          errorCode: errors.NONE,
          configs: brokerConfigs(context).filter(({ name }) => isWanted(name)),
        };
      }
      if (resourceType !== TOPIC)
        return refused(errors.INVALID_REQUEST, `Unsupported resource type: ${resourceType}`);
      const topic = context.topics.get(resourceName);
      if (!topic) return refused(errors.UNKNOWN_TOPIC_OR_PARTITION, '');
      const configs = topicConfigNames()
        .filter(isWanted)
        .map((name) => ({
          ...describeConfig(topic.configs, name),
          synonyms: request.includeSynonyms ? synonymsOf(topic.configs, name) : [],
          configType: configTypes[topicSettings[name]?.type ?? 'string'],
        }));
      return { ...about, errorCode: errors.NONE, configs };
    }),
  };
};

function synonymsOf(configs: Configs, name: string) {
  const own = configs[name];
  const setting = topicSettings[name];
  const fallback = setting?.synonym
    ? [{ name: setting.synonym, value: setting.default, source: SOURCE_DEFAULT }]
    : [];
  return own === undefined ? fallback : [{ name, value: own, source: SOURCE_TOPIC }, ...fallback];
}

/** The few settings of the broker that tools ask for. */
function brokerConfigs(context: BrokerContext) {
  const values: Record<string, string> = {
    'auto.create.topics.enable': 'false',
    'default.replication.factor': '1',
    'node.id': String(NODE_ID),
    'num.partitions': String(context.defaultPartitions),
  };
  return Object.entries(values).map(([name, value]) => ({
    name,
    value,
    readOnly: true,
    configSource: SOURCE_STATIC_BROKER,
    isSensitive: false,
    configType: configTypes.string,
  }));
}

interface Change {
  readonly resourceType: number;
  readonly resourceName: string;
}

/** Replaces all of a topic's own settings. */
export const handleAlterConfigs: Handler<'alterConfigs'> = async (context, request) => {
  return {
    responses: request.resources.map((resource) =>
      change(context, resource, {
        validateOnly: request.validateOnly,
        next: () => Object.fromEntries(resource.configs.map(({ name, value }) => [name, value])),
      }),
    ),
  };
};

/** Sets, removes, or adds to and takes from lists among a topic's own settings. */
export const handleIncrementalAlterConfigs: Handler<'incrementalAlterConfigs'> = async (context, request) => {
  return {
    responses: request.resources.map((resource) =>
      change(context, resource, {
        validateOnly: request.validateOnly,
        mustHaveValues: true,
        next: (present) => {
          const configs = new Map<string, string | null>(Object.entries(present));
          for (const { name, configOperation, value } of resource.configs) {
            if (configOperation === DELETE && name in topicSettings) configs.delete(name);
            else if (configOperation === SET || !(name in topicSettings)) configs.set(name, value);
            else configs.set(name, alterList(present, { name, configOperation, value }));
          }
          return Object.fromEntries(configs);
        },
      }),
    ),
  };
};

function alterList(
  configs: Configs,
  options: { name: string; configOperation: number; value: string | null },
): string {
  const present = configList(configs, options.name);
  const items = (options.value ?? '').split(',').map((item) => item.trim());
  if (options.configOperation === APPEND) return [...new Set([...present, ...items])].join(',');
  return present.filter((item) => !items.includes(item)).join(',');
}

function change(
  context: BrokerContext,
  resource: Change & { configs: readonly { name: string; value: string | null; configOperation?: number }[] },
  options: {
    validateOnly: boolean;
    mustHaveValues?: boolean;
    next: (present: Configs) => Record<string, string | null>;
  },
) {
  const about = { resourceType: resource.resourceType, resourceName: resource.resourceName };
  const refused = (errorCode: number, errorMessage: string) => ({ ...about, errorCode, errorMessage });
  if (resource.resourceType !== TOPIC)
    return refused(errors.INVALID_REQUEST, 'Only topics can be configured.');
  const topic = context.topics.get(resource.resourceName);
  if (!topic) return refused(errors.UNKNOWN_TOPIC_OR_PARTITION, 'The topic does not exist.');
  for (const { name, value, configOperation } of resource.configs) {
    if (options.mustHaveValues && configOperation !== DELETE && value === null) {
      return refused(errors.INVALID_REQUEST, `Null value not supported for : ${name}`);
    }
    const isList = configOperation === APPEND || configOperation === SUBTRACT;
    if (isList && topicSettings[name]?.type !== 'list') {
      return refused(
        errors.INVALID_CONFIG,
        `Can't ${configOperation === APPEND ? 'append' : 'subtract'} to key ${name} because its type is not LIST.`,
      );
    }
  }
  const next = options.next(topic.configs);
  const refusal = Object.entries(next)
    .map(([name, value]) => refuseConfig(name, value))
    .find((why) => why);
  if (refusal) return refused(errors.INVALID_CONFIG, refusal);
  if (!options.validateOnly) context.topics.setConfigs(topic, next as Configs);
  return { ...about, errorCode: errors.NONE };
}
