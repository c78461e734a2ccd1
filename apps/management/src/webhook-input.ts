import { webhook, webhookSettings } from '@tributary/event-schemas';
import type { SettingsRecord, WebhookSettings } from '@tributary/event-schemas';
import type { ProblemDetail } from '@tributary/service-runtime';
import type { Environment } from '@tributary/templating';
import { checkInput } from './input-faults.ts';
import { sealSettings } from './seal-settings.ts';
import type { SealedSettings, Sealing } from './seal-settings.ts';
import { settingsFaults } from './webhook-checks.ts';

/** What the check of an input needs besides the input. */
export interface InputContext extends Omit<Sealing, 'current'> {
  /** What names of further topics begin with. */
  topicPrefix: string;
  /** Templates and expressions are only checked, never rendered. */
  templates: Environment;
}

/** What the system sets of a webhook: a change may repeat it, as a client does that sends back what it has read. */
const READ_ONLY = Object.keys(webhook.shape).filter((name) => !(name in webhookSettings.shape));

/** The settings of a new webhook from a request's body. */
export function readNewWebhook(body: unknown, context: InputContext): SealedSettings {
  const input = check(body, context);
  return input.ok ? sealSettings(input.settings, context) : input;
}

/**
 * The settings of a webhook after a change: what the body does not name keeps its value, also inside `limits`,
 * `deduplication` and a `response` whose mode stays. Lists, `schema` and the headers of a response are named as a whole.
 * `shown` is the webhook as the API shows it.
 */
export function readWebhookChange(
  body: unknown,
  current: SettingsRecord,
  { shown, ...context }: InputContext & { shown: Record<string, unknown> },
): SealedSettings {
  if (!isObject(body)) return readNewWebhook(body, context);
  const errors: ProblemDetail[] = [];
  const merged: Record<string, unknown> = {};
  for (const name of Object.keys(webhookSettings.shape)) merged[name] = shown[name];
  for (const [name, value] of Object.entries(body)) {
    if (!READ_ONLY.includes(name)) merged[name] = mergeField(name, merged[name], value);
    // Counted on by itself since it was read.
    else if (name !== 'usage' && value !== shown[name])
      errors.push({ pointer: `/${name}`, detail: `${name} is set by the system, not by a request.` });
  }
  const input = check(merged, context);
  if (!input.ok) return { ok: false, errors: [...errors, ...input.errors] };
  if (errors.length > 0) return { ok: false, errors };
  return sealSettings(input.settings, { ...context, current });
}

function mergeField(name: string, before: unknown, value: unknown): unknown {
  if (!isObject(before) || !isObject(value)) return value;
  if (name === 'limits' || name === 'deduplication') return { ...before, ...value };
  if (name !== 'response') return value;
  const staysInMode = value['mode'] === undefined || value['mode'] === before['mode'];
  return staysInMode ? { ...before, ...value } : value;
}

function check(
  value: unknown,
  { topicPrefix, templates }: InputContext,
): { ok: true; settings: WebhookSettings } | { ok: false; errors: ProblemDetail[] } {
  const input = checkInput(webhookSettings, value);
  if (!input.ok) return input;
  const errors = settingsFaults(input.value, { topicPrefix, templates });
  return errors.length > 0 ? { ok: false, errors } : { ok: true, settings: input.value };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
