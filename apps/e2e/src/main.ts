import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { apacheKafkaSource } from '@tributary/testing';

/**
 * Runs the one suite twice: on the embedded broker, and on Apache Kafka. Where neither a broker is named nor Docker or
 * Java is at hand, the second is left out and said to be; in CI that is an error.
 */
const jest = fileURLToPath(new URL('../../../node_modules/jest/bin/jest.js', import.meta.url));

function run(kafka: 'embedded' | 'apache'): void {
  console.log(`\nEnd to end on ${kafka === 'apache' ? 'Apache Kafka' : 'the embedded broker'}`);
  const { status } = spawnSync(process.execPath, [jest, '--runInBand', ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: {
      ...process.env,
      E2E_KAFKA: kafka,
      NODE_OPTIONS:
        '--experimental-vm-modules --conditions=tributary-source --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning',
    },
  });
  if (status !== 0) process.exit(status ?? 1);
}

run('embedded');
const source = await apacheKafkaSource();
if (source.available) run('apache');
else if (process.env['CI'] === 'true') throw new Error(source.reason);
else console.log(`Apache Kafka was left out: ${source.reason}`);
