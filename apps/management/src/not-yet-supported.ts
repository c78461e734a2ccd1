import { webhookSettings } from '@tributary/event-schemas';
import type { WebhookSettings } from '@tributary/event-schemas';
import type { ProblemDetail } from '@tributary/service-runtime';

/** A field, or a value of one, that the schema knows and no service acts upon yet. */
interface Unsupported {
  pointer: string;
  isUsed: (settings: WebhookSettings) => boolean;
}

const defaults = webhookSettings.parse({ name: 'n', template: 't' });

/** A field that differs from its default. */
function field(name: keyof WebhookSettings): Unsupported {
  return {
    pointer: `/${name}`,
    isUsed: (settings) => JSON.stringify(settings[name]) !== JSON.stringify(defaults[name]),
  };
}

/**
 * What is refused, so that nobody believes in a protection that is not there. An entry goes as soon as its service acts
 * upon the field.
 */
export const notYetSupported: readonly Unsupported[] = [
  field('template_mode'),
  field('parse_xml'),
  field('filter'),
  field('routes'),
  field('schema'),
  field('authentication'),
  field('service_account_id'),
  field('handshakes'),
  field('deduplication'),
  field('topic'),
  { pointer: '/response/mode', isUsed: ({ response }) => ['sync', 'custom'].includes(response.mode) },
  {
    pointer: '/limits/requests_per_second',
    isUsed: ({ limits }) => limits.requests_per_second !== defaults.limits.requests_per_second,
  },
  {
    pointer: '/limits/concurrency',
    isUsed: ({ limits }) => limits.concurrency !== defaults.limits.concurrency,
  },
];

/** The faults of settings that use what is not supported yet. */
export function unsupportedFaults(settings: WebhookSettings): ProblemDetail[] {
  return notYetSupported
    .filter(({ isUsed }) => isUsed(settings))
    .map(({ pointer }) => ({ pointer, detail: `${pointer.slice(1)} is not supported yet.` }));
}
