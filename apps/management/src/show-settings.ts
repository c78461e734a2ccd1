import type {
  SecretRecord,
  SettingsRecord,
  ShownAuthentication,
  ShownHandshake,
  ShownSecret,
  Webhook,
} from '@tributary/event-schemas';

/** Settings as the API shows them. */
export type ShownSettings = Pick<Webhook, keyof SettingsRecord>;

/** How many calls a secret (by its id) or a URL (by its slug's SHA-256) let pass, and when it last did; null: never. */
export type Usage = (subject: string) => { calls: number; last_used: string | null };

/** Of what is new. */
export const UNUSED: Usage = () => ({ calls: 0, last_used: null });

/** Settings with every secret replaced by what may be known of it. */
export function showSettings(settings: SettingsRecord, usage: Usage = UNUSED): ShownSettings {
  return {
    ...settings,
    authentication: showSecrets(settings.authentication, usage) as ShownAuthentication[],
    handshakes: showSecrets(settings.handshakes, usage) as ShownHandshake[],
  };
}

/** A copy in which each secret, however deep, is shown and not told. */
function showSecrets(value: unknown, usage: Usage): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => showSecrets(item, usage));
  if ('encrypted' in value) return showSecret(value as SecretRecord, usage);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, showSecrets(item, usage)]));
}

function showSecret({ id, set }: SecretRecord, usage: Usage): ShownSecret {
  return { configured: true, id, set, last_used: usage(id).last_used };
}
