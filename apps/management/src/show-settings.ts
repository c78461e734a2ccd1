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

/** When a secret last let a call pass; null when it never did. */
export type LastUse = (secretId: string) => string | null;

/** Settings with every secret replaced by what may be known of it. */
export function showSettings(settings: SettingsRecord, lastUse: LastUse = () => null): ShownSettings {
  return {
    ...settings,
    authentication: showSecrets(settings.authentication, lastUse) as ShownAuthentication[],
    handshakes: showSecrets(settings.handshakes, lastUse) as ShownHandshake[],
  };
}

/** A copy in which each secret, however deep, is shown and not told. */
function showSecrets(value: unknown, lastUse: LastUse): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => showSecrets(item, lastUse));
  if ('encrypted' in value) return showSecret(value as SecretRecord, lastUse);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, showSecrets(item, lastUse)]));
}

function showSecret({ id, set }: SecretRecord, lastUse: LastUse): ShownSecret {
  return { configured: true, id, set, last_used: lastUse(id) };
}
