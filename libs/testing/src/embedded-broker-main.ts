/** The embedded broker as a process: `--port`, `--data`; prints `{"ready":true}` when it serves. */
import { parseArgs } from 'node:util';
import { createBroker } from '@tributary/embedded-kafka';

const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
const broker = createBroker({ port: Number(values.port), dataDir: values.data! });
await broker.start();
process.once('SIGTERM', () => void broker.stop().then(() => process.exit(0)));
console.log('{"ready":true}');
