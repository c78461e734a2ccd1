import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { StackError } from '../stack-error.ts';
import { readJson, writeJson } from './json-file.ts';

/** Everything that one installation must keep to itself and keep at all. */
export interface Secrets {
  account: string;
  workspace: string;
  apiKey: string;
  /** A key ring with one key, as MASTER_KEY takes it. */
  masterKey: string;
  pageTokenKey: string;
  postgresPassword: string;
}

export function generateSecrets(): Secrets {
  return {
    account: randomUUID(),
    workspace: randomUUID(),
    apiKey: `tbk_${randomBytes(32).toString('base64url')}`,
    masterKey: `k1:${randomBytes(32).toString('base64')}`,
    pageTokenKey: randomBytes(32).toString('base64'),
    postgresPassword: randomBytes(24).toString('base64url'),
  };
}

/** Reads the secrets from a file, or makes them at the first start. Only the file's owner can read it. */
export function loadSecrets(path: string): Secrets {
  if (!existsSync(path)) writeJson(path, generateSecrets());
  const secrets = readJson(path);
  const missing = Object.keys(generateSecrets()).filter((name) => typeof secrets[name] !== 'string');
  if (missing.length > 0)
    throw new StackError(`${path} is damaged (no ${missing.join(', ')}): restore it, or start with --fresh.`);
  return secrets as unknown as Secrets;
}
