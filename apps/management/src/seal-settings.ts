import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { decrypt, encrypt, EncryptionError } from '@tributary/encryption';
import type { KeyRing } from '@tributary/encryption';
import { secretPlace, settingsRecord } from '@tributary/event-schemas';
import type {
  KeptSecret,
  SecretInput,
  SecretRecord,
  SettingsRecord,
  WebhookSettings,
} from '@tributary/event-schemas';
import type { ProblemDetail } from '@tributary/service-runtime';

export interface Sealing {
  webhookId: string;
  ring: KeyRing;
  /** Settings whose secrets may be kept; none for a new webhook. */
  current?: SettingsRecord | undefined;
  /** The time at which new secrets are set. */
  now: string;
}

export type SealedSettings = { ok: true; settings: SettingsRecord } | { ok: false; errors: ProblemDetail[] };

/**
 * Settings as they are kept: every secret encrypted for this webhook, under an id of its own. One that is given as
 * `{ "configured": true }` stays what it is: by its `id`, or else the one at the same place. A text that is already set
 * at the same place stays as well, so that sending a configuration again changes nothing.
 */
export function sealSettings(settings: WebhookSettings, sealing: Sealing): SealedSettings {
  const errors: ProblemDetail[] = [];
  const seal = (given: readonly SecretInput[], known: KnownSecrets, pointer: string) =>
    sealList(given, known, { sealing, pointer, errors });
  const authentication = settings.authentication.map((entry, index) => {
    const known = knownSecrets(sealing.current?.authentication ?? [], entry, index);
    const pointer = `/authentication/${index}`;
    switch (entry.type) {
      case 'basic':
        return { ...entry, password: seal([entry.password], known, `${pointer}/password`)[0] };
      case 'bearer':
      case 'api_key':
        return { ...entry, keys: seal(entry.keys, known, `${pointer}/keys`) };
      case 'signature':
        return { ...entry, secrets: seal(entry.secrets, known, `${pointer}/secrets`) };
      case 'ip_allow_list':
        return entry;
    }
  });
  const handshakes = settings.handshakes.map((handshake, index) => {
    const entry = typeof handshake === 'string' ? { type: handshake } : handshake;
    const known = handshakeSecrets(sealing.current, entry.type);
    const pointer = `/handshakes/${index}`;
    if ('verify_token' in entry)
      return { ...entry, verify_token: seal([entry.verify_token], known, `${pointer}/verify_token`)[0] };
    if ('secret' in entry) return { ...entry, secret: seal([entry.secret], known, `${pointer}/secret`)[0] };
    return entry;
  });
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, settings: settingsRecord.parse({ ...settings, authentication, handshakes }) };
}

function sealList(
  given: readonly SecretInput[],
  known: KnownSecrets,
  { sealing, pointer, errors }: { sealing: Sealing; pointer: string; errors: ProblemDetail[] },
): (SecretRecord | undefined)[] {
  const texts = new Map(known.ofItsKind.map((secret) => [reveal(secret, sealing), secret]));
  const isOne = !/\/(keys|secrets)$/.test(pointer);
  const taken = new Set<string>();
  return given.map((secret, position) => {
    const place = isOne ? pointer : `${pointer}/${position}`;
    const kept = typeof secret === 'string' ? texts.get(secret) : keptOf(secret, known, position);
    if (kept === undefined && typeof secret !== 'string') {
      errors.push({ pointer: place, detail: 'There is no secret here that could be kept: send its text.' });
      return undefined;
    }
    const record = kept ?? newSecret(secret as string, sealing);
    if (kept === undefined) texts.set(secret as string, record);
    if (taken.has(record.id)) errors.push({ pointer: place, detail: 'The same secret is given twice.' });
    taken.add(record.id);
    return record;
  });
}

function keptOf(
  { id }: KeptSecret,
  { there, ofItsKind }: KnownSecrets,
  position: number,
): SecretRecord | undefined {
  return id === undefined ? there[position] : ofItsKind.find((secret) => secret.id === id);
}

function newSecret(text: string, { webhookId, ring, now }: Sealing): SecretRecord {
  const id = randomUUID();
  return { id, encrypted: encrypt(ring, text, secretPlace(webhookId, id)), set: now };
}

/** Undefined when the master key that it needs is not in the ring any more: then it equals nothing. */
function reveal({ id, encrypted }: SecretRecord, { webhookId, ring }: Sealing): string | undefined {
  try {
    return decrypt(ring, encrypted, secretPlace(webhookId, id));
  } catch (error) {
    if (error instanceof EncryptionError) return undefined;
    throw error;
  }
}

type AuthenticationEntry = WebhookSettings['authentication'][number];
type AuthenticationRecord = SettingsRecord['authentication'][number];

/** Secrets that an input may keep. */
interface KnownSecrets {
  /** Those of the very entry that the input stands for, in order. */
  there: SecretRecord[];
  /** Those of every entry of its kind. */
  ofItsKind: SecretRecord[];
}

/**
 * An input stands for the entry that names the same (user, header, preset, scheme), wherever it is, or else for the one of
 * its kind at its own place.
 */
function knownSecrets(
  records: AuthenticationRecord[],
  entry: AuthenticationEntry,
  index: number,
): KnownSecrets {
  const sameKind = records.filter(({ type }) => type === entry.type);
  const same = sameKind.filter((record) => isDeepStrictEqual(nameOf(record), nameOf(entry)));
  const at = records[index];
  const there = (at && same.includes(at) ? at : same[0]) ?? (at?.type === entry.type ? at : undefined);
  return { there: there ? secretsOf(there) : [], ofItsKind: sameKind.flatMap(secretsOf) };
}

/** What tells an entry from others of its kind. */
function nameOf(entry: AuthenticationEntry | AuthenticationRecord): unknown {
  switch (entry.type) {
    case 'basic':
      return entry.username;
    case 'api_key':
      return [entry.in, entry.name];
    case 'signature':
      return 'preset' in entry && entry.preset !== undefined
        ? entry.preset
        : 'scheme' in entry && entry.scheme;
    default:
      return null;
  }
}

function secretsOf(entry: AuthenticationRecord): SecretRecord[] {
  switch (entry.type) {
    case 'basic':
      return [entry.password];
    case 'bearer':
    case 'api_key':
      return entry.keys;
    case 'signature':
      return entry.secrets;
    case 'ip_allow_list':
    case 'unknown':
      return [];
  }
}

function handshakeSecrets(current: SettingsRecord | undefined, type: string): KnownSecrets {
  const there = (current?.handshakes ?? []).flatMap((record) => {
    if (record.type !== type) return [];
    if ('verify_token' in record) return [record.verify_token];
    return 'secret' in record ? [record.secret] : [];
  });
  return { there, ofItsKind: there };
}
