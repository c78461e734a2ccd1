/** PostgreSQL for tests, in the foreground: prints `{"url":"postgres://..."}`. */
import { startPostgresServer } from './postgres-server.ts';
import { runShared } from './shared-main.ts';

await runShared(async () => {
  const { url, stop } = await startPostgresServer();
  return { ready: { url }, stop };
});
