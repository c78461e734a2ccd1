import { settingsRecord, webhook, webhookSettings } from '@tributary/event-schemas';
import type { SettingsRecord } from '@tributary/event-schemas';
import type { ProblemDetail } from '@tributary/service-runtime';
import { createEnvironment, validateTemplate } from '@tributary/templating';
import { checkInput } from './input-faults.ts';
import { unsupportedFaults } from './not-yet-supported.ts';

export type WebhookInput = { ok: true; settings: SettingsRecord } | { ok: false; errors: ProblemDetail[] };

/** What the system sets of a webhook: a change may repeat it, as a client does that sends back what it has read. */
const READ_ONLY = Object.keys(webhook.shape).filter((name) => !(name in webhookSettings.shape));

/** Templates are only checked here, never rendered. */
const environment = createEnvironment();

/** The settings of a new webhook from a request's body. */
export function readNewWebhook(body: unknown): WebhookInput {
  return check(body);
}

/**
 * The settings of a webhook after a change: what the body does not name keeps its value, also inside `limits`.
 * `shown` is the webhook as the API shows it.
 */
export function readWebhookChange(
  body: unknown,
  current: SettingsRecord,
  { shown }: { shown: Record<string, unknown> },
): WebhookInput {
  if (!isObject(body)) return check(body);
  const errors: ProblemDetail[] = [];
  const merged: Record<string, unknown> = { ...current };
  for (const [name, value] of Object.entries(body)) {
    if (READ_ONLY.includes(name)) {
      if (value !== shown[name])
        errors.push({ pointer: `/${name}`, detail: `${name} is set by the system, not by a request.` });
    } else {
      merged[name] = name === 'limits' && isObject(value) ? { ...current.limits, ...value } : value;
    }
  }
  const result = check(merged);
  if (errors.length === 0) return result;
  return { ok: false, errors: result.ok ? errors : [...errors, ...result.errors] };
}

function check(value: unknown): WebhookInput {
  const input = checkInput(webhookSettings, value);
  if (!input.ok) return input;
  const errors = [...unsupportedFaults(input.value), ...templateFaults(input.value.template)];
  return errors.length > 0
    ? { ok: false, errors }
    : { ok: true, settings: settingsRecord.parse(input.value) };
}

function templateFaults(template: string): ProblemDetail[] {
  return validateTemplate(template, environment).map(({ message, line, column }) => ({
    pointer: '/template',
    detail: message,
    line,
    column,
  }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
