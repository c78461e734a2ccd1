import { NODE_ID } from '../broker-context.ts';
import type { BrokerContext, Handler } from '../broker-context.ts';
import type { Request, Response } from '../protocol/apis.ts';
import { errors } from '../protocol/errors.ts';
import type { ItemOf } from '../protocol/schema.ts';
import {
  configList,
  configTypes,
  describeConfig,
  refuseConfig,
  synonymsOf,
  topicSettings,
} from '../topics/topic-config.ts';
import type { Configs } from '../topics/topic-config.ts';

const TOPIC = 2;
const BROKER = 4;
const SOURCE_STATIC_BROKER = 4;

/** Operations of an incremental change. */
const SET = 0;
const DELETE = 1;
const APPEND = 2;
const SUBTRACT = 3;

export const describeConfigs: Handler<'describeConfigs'> = async (context, request) => {
  return {
    results: request.resources.map((asked) => {
      const { resourceType, resourceName, configurationKeys: keys } = asked;
      const found = settingsOf(context, asked, request.includeSynonyms);
      const configs = found.configs?.filter(({ name = '' }) => keys?.includes(name) ?? true) ?? [];
      return { ...found, resourceType, resourceName, configs };
    }),
  };
};

type Described = ItemOf<Response<'describeConfigs'>['results']>;
type Asked = Request<'describeConfigs'>['resources'][number];

function settingsOf(
  context: BrokerContext,
  { resourceType, resourceName }: Asked,
  includeSynonyms: boolean,
): Described {
  if (resourceType === BROKER) {
    if (resourceName === String(NODE_ID) || resourceName === '') return { configs: brokerConfigs(context) };
    const errorMessage = `Unexpected broker id, expected ${NODE_ID} or empty string, but received ${resourceName}`;
    return { errorCode: errors.INVALID_REQUEST, errorMessage };
  }
  if (resourceType !== TOPIC) {
    return { errorCode: errors.INVALID_REQUEST, errorMessage: `Unsupported resource type: ${resourceType}` };
  }
  const topic = context.topics.get(resourceName);
  if (!topic) return { errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: '' };
  return {
    configs: Object.entries(topicSettings).map(([name, { type }]) => ({
      ...describeConfig(topic.configs, name),
      synonyms: includeSynonyms ? synonymsOf(topic.configs, name) : [],
      configType: configTypes[type],
    })),
  };
}

/** The few settings of the broker that tools ask for. */
function brokerConfigs(context: BrokerContext) {
  const values: Record<string, string> = {
    'auto.create.topics.enable': 'false',
    'default.replication.factor': '1',
    'node.id': String(NODE_ID),
    'num.partitions': String(context.defaultPartitions),
  };
  const about = { readOnly: true, configSource: SOURCE_STATIC_BROKER, isSensitive: false };
  return Object.entries(values).map(([name, value]) => ({
    name,
    value,
    ...about,
    configType: configTypes.string,
  }));
}

/** Replaces all of a topic's own settings. */
export const alterConfigs: Handler<'alterConfigs'> = async (context, request) => {
  const options = { validateOnly: request.validateOnly, isIncremental: false };
  return { responses: request.resources.map((resource) => alter(context, resource, options)) };
};

/** Sets, removes, or adds to and takes from lists among a topic's own settings. */
export const incrementalAlterConfigs: Handler<'incrementalAlterConfigs'> = async (context, request) => {
  const options = { validateOnly: request.validateOnly, isIncremental: true };
  return { responses: request.resources.map((resource) => alter(context, resource, options)) };
};

interface Change {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly { name: string; value: string | null; configOperation?: number }[];
}

function alter(
  context: BrokerContext,
  { resourceType, resourceName, configs }: Change,
  options: { validateOnly: boolean; isIncremental: boolean },
) {
  const refused = (errorCode: number, errorMessage: string) => ({
    resourceType,
    resourceName,
    errorCode,
    errorMessage,
  });
  if (resourceType !== TOPIC) return refused(errors.INVALID_REQUEST, 'Only topics can be configured.');
  const topic = context.topics.get(resourceName);
  if (!topic) return refused(errors.UNKNOWN_TOPIC_OR_PARTITION, 'The topic does not exist.');
  const next = new Map<string, string | null>(options.isIncremental ? Object.entries(topic.configs) : []);
  for (const { name, value, configOperation = SET } of configs) {
    const setting = topicSettings[name];
    const isList = configOperation === APPEND || configOperation === SUBTRACT;
    if (options.isIncremental && configOperation !== DELETE && value === null) {
      return refused(errors.INVALID_REQUEST, `Null value not supported for : ${name}`);
    }
    if (isList && setting?.type !== 'list') {
      return refused(errors.INVALID_CONFIG, `The type of ${name} is not LIST, so nothing is added or taken.`);
    }
    if (configOperation === DELETE && setting) next.delete(name);
    else next.set(name, isList ? alterList(topic.configs, name, { value, configOperation }) : value);
  }
  const refusal = [...next].map(([name, value]) => refuseConfig(name, value)).find((why) => why);
  if (refusal) return refused(errors.INVALID_CONFIG, refusal);
  if (!options.validateOnly) context.topics.setConfigs(topic, Object.fromEntries(next) as Configs);
  return { resourceType, resourceName };
}

function alterList(
  configs: Configs,
  name: string,
  change: { value: string | null; configOperation: number },
): string {
  const present = configList(configs, name);
  const items = (change.value ?? '').split(',').map((item) => item.trim());
  if (change.configOperation === APPEND) return [...new Set([...present, ...items])].join(',');
  return present.filter((item) => !items.includes(item)).join(',');
}
