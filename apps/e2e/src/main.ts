import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chooseKafka } from '@tributary/testing';

/**
 * Runs the one suite twice: on the embedded broker, and on Apache Kafka where one is named or can be run.
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
// Says itself, in one line, when Apache Kafka is left out and what would bring it in; in CI that is an error.
if (process.env['KAFKA_BROKERS'] || (await chooseKafka()) !== 'embedded') run('apache');
