import { topics } from '@tributary/event-schemas';
import type { SecretInput, WebhookSettings } from '@tributary/event-schemas';
import type { ProblemDetail } from '@tributary/service-runtime';
import { TemplateError, validateTemplate } from '@tributary/templating';
import type { Environment, TemplateMode } from '@tributary/templating';
import { isCidr, isPresetName, presetNames, secretFault, signatureScheme } from '@tributary/verification';
import { schemaFaults } from './body-schema.ts';
import { faultsOf } from './input-faults.ts';

const SYSTEM_TOPICS = new Set<string>(Object.values(topics).map(({ name }) => name));

/** What is wrong with settings that have the right shape; an empty list means that they can be saved. */
export function settingsFaults(
  settings: WebhookSettings,
  { topicPrefix, templates }: { topicPrefix: string; templates: Environment },
): ProblemDetail[] {
  const templateFaults = (pointer: string, source: string, mode: TemplateMode = 'jinja2') =>
    faultsOfTemplate(templates, { pointer, source, mode });
  const expressionFaults = (pointer: string, source: string) =>
    faultsOfExpression(templates, pointer, source);
  const { template_mode: mode, filter, routes, response, schema, deduplication, topic } = settings;
  return [
    ...templateFaults('/template', settings.template, mode),
    ...(filter === null ? [] : expressionFaults('/filter', filter)),
    ...routes.flatMap((route, index) => [
      ...expressionFaults(`/routes/${index}/when`, route.when),
      ...templateFaults(`/routes/${index}/template`, route.template, mode),
    ]),
    ...(response.mode === 'custom' ? templateFaults('/response/body', response.body) : []),
    ...(schema === null ? [] : schemaFaults(schema)),
    ...(deduplication === null
      ? []
      : [...expressionFaults('/deduplication/key', deduplication.key), ...orderFaults(settings.ordered)]),
    ...(topic === null ? [] : topicFaults(topic, topicPrefix)),
    ...settings.authentication.flatMap(authenticationFaults),
    ...handshakeFaults(settings.handshakes),
  ];
}

function faultsOfTemplate(
  templates: Environment,
  { pointer, source, mode }: { pointer: string; source: string; mode: TemplateMode },
): ProblemDetail[] {
  const faults = validateTemplate(source, templates).map((problem) => faultOf(pointer, problem));
  if (faults.length > 0 || mode === 'jinja2') return faults;
  return faultsOfCompiling(pointer, () => templates.compile(source, { mode }));
}

function faultsOfExpression(templates: Environment, pointer: string, source: string): ProblemDetail[] {
  return faultsOfCompiling(pointer, () => templates.compileExpression(source));
}

function faultsOfCompiling(pointer: string, compile: () => unknown): ProblemDetail[] {
  try {
    compile();
    return [];
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return [faultOf(pointer, error)];
  }
}

type Problem = Pick<TemplateError, 'message' | 'hint' | 'line' | 'column'>;

/** Jinja2's own sentence, and what may help. */
function faultOf(pointer: string, { message, hint, line, column }: Problem): ProblemDetail {
  const detail = hint === undefined ? message : `${message.replace(/[.]?$/, '.')} ${hint}`;
  return { pointer, detail, line, column };
}

function orderFaults(ordered: boolean): ProblemDetail[] {
  if (ordered) return [];
  // Equal requests of a webhook that is not ordered lie on different partitions, and nobody sees both.
  return [{ pointer: '/deduplication', detail: 'Deduplication needs ordered to be true: drop one of them.' }];
}

function topicFaults(topic: string, prefix: string): ProblemDetail[] {
  if (SYSTEM_TOPICS.has(topic))
    return [{ pointer: '/topic', detail: `${topic} is a topic of the system itself.` }];
  if (topic.startsWith(prefix) && topic.length > prefix.length) return [];
  return [{ pointer: '/topic', detail: `topic must begin with ${prefix}, as ${prefix}my-team does.` }];
}

type AuthenticationEntry = WebhookSettings['authentication'][number];

function authenticationFaults(entry: AuthenticationEntry, index: number): ProblemDetail[] {
  const pointer = `/authentication/${index}`;
  switch (entry.type) {
    case 'basic':
      return [];
    case 'bearer':
    case 'api_key':
      return secretFaults(entry, entry.keys, { pointer: `${pointer}/keys` });
    case 'signature':
      return signatureFaults(entry, index);
    case 'ip_allow_list':
      return entry.cidrs.flatMap((cidr, at) =>
        isCidr(cidr) ? [] : [{ pointer: `${pointer}/cidrs/${at}`, detail: `${cidr} is no network.` }],
      );
  }
}

function signatureFaults(
  entry: Extract<AuthenticationEntry, { type: 'signature' }>,
  index: number,
): ProblemDetail[] {
  const pointer = `/authentication/${index}`;
  if (entry.scheme !== undefined) {
    const { error } = signatureScheme.safeParse(entry.scheme);
    if (error) return faultsOf(error.issues, entry.scheme, ['authentication', String(index), 'scheme']);
  } else if (!isPresetName(entry.preset ?? '')) {
    const known = [...presetNames].sort().join(', ');
    return [{ pointer: `${pointer}/preset`, detail: `There is no such preset. There are: ${known}.` }];
  }
  return secretFaults(entry, entry.secrets, { pointer: `${pointer}/secrets` });
}

/** Of secrets that are kept there is no text to check. */
function secretFaults(
  entry: AuthenticationEntry,
  secrets: readonly SecretInput[],
  { pointer }: { pointer: string },
): ProblemDetail[] {
  return secrets.flatMap((secret, at) => {
    const detail = typeof secret === 'string' ? secretFault(entry, secret) : undefined;
    return detail === undefined ? [] : [{ pointer: `${pointer}/${at}`, detail }];
  });
}

function handshakeFaults(handshakes: WebhookSettings['handshakes']): ProblemDetail[] {
  const seen = new Set<string>();
  return handshakes.flatMap((handshake, index) => {
    const type = typeof handshake === 'string' ? handshake : handshake.type;
    if (!seen.has(type)) {
      seen.add(type);
      return [];
    }
    return [{ pointer: `/handshakes/${index}`, detail: `The handshake ${type} is named twice.` }];
  });
}
