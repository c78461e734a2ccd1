/**
 * Writes a set of secrets, one per file, into the folder that the first argument names, unless they are there already:
 * for containers, which take them through `*_FILE` variables.
 */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSecrets } from './secrets.ts';

const folder = process.argv[2] ?? '.';
const { account, workspace, apiKey, masterKey, pageTokenKey, postgresPassword } = generateSecrets();
const {
  POSTGRES_USER = 'tributary',
  POSTGRES_HOST = 'postgres:5432',
  POSTGRES_DB = 'tributary',
} = process.env;

/** The file that is written last: once it is there, all are. */
const LAST = 'api-key';

const files: Record<string, string> = {
  account,
  workspace,
  'master-key': masterKey,
  'page-token-key': pageTokenKey,
  'postgres-password': postgresPassword,
  'database-url': `postgres://${POSTGRES_USER}:${postgresPassword}@${POSTGRES_HOST}/${POSTGRES_DB}`,
  [LAST]: apiKey,
};

if (existsSync(join(folder, LAST))) {
  console.log('The secrets are there already.');
} else {
  for (const [name, value] of Object.entries(files)) {
    const path = join(folder, name);
    writeFileSync(`${path}.new`, `${value}\n`, { mode: 0o444 });
    renameSync(`${path}.new`, path);
  }
  console.log('Wrote new secrets.');
}
