import { startCollector } from './collector.ts';
import { startSystem } from './system.ts';

/** Jest's global set-up: one system and one trace collector for the whole run, handed to the tests by the environment. */
export default async function globalSetup(): Promise<void> {
  const collector = await startCollector();
  const system = await startSystem({ collectorUrl: collector.url });
  process.env['E2E_SYSTEM'] = JSON.stringify(system.description);
  process.env['E2E_COLLECTOR'] = collector.url;
  teardown = async () => {
    await system.stop();
    await collector.stop();
  };
}

let teardown: () => Promise<void> = () => Promise.resolve();

/** What Jest's global tear-down calls; both hooks run in one process. */
export function stopAll(): Promise<void> {
  return teardown();
}
