import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const composeFile = fileURLToPath(new URL('../../../docker-compose.yml', import.meta.url));

/** The image of Apache Kafka: the pin of docker-compose.yml. */
export function kafkaImage(): string {
  const compose = existsSync(composeFile) ? readFileSync(composeFile, 'utf8') : '';
  return /image:\s*["']?(\S*apache\/kafka:[\w.-]+)/.exec(compose)?.[1] ?? 'apache/kafka:4.3.1';
}

/** Whether a Docker engine answers here. */
export async function dockerAnswers(): Promise<boolean> {
  if (process.env['DOCKER_HOST'] === undefined && !existsSync('/var/run/docker.sock')) return false;
  const { getContainerRuntimeClient } = await import('testcontainers');
  return getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
}

const STARTER = '/tmp/start-with-listeners.sh';

/**
 * Apache Kafka in a container. The broker has to advertise the port under which the host sees it, and that port is
 * known only once the container runs: so the container waits for a script, which is put there when the port is known.
 */
export async function startDockerKafka(): Promise<{ brokers: string[]; stop(): Promise<void> }> {
  // The process that starts the container also removes it, so no second container is needed to clean up after it.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(kafkaImage())
    .withExposedPorts(9092)
    .withEntrypoint(['sh', '-c', `while [ ! -f ${STARTER} ]; do sleep 0.05; done; exec sh ${STARTER}`])
    .withWaitStrategy(Wait.forSuccessfulCommand('true'))
    .start();
  const address = `${container.getHost()}:${container.getMappedPort(9092)}`;
  await container.copyContentToContainer([{ content: starter(address), target: STARTER, mode: 0o755 }]);
  const logs = await container.logs();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('Apache Kafka did not start in its container within 60 s.'));
    }, 60_000);
    logs.on('data', (line: Buffer | string) => {
      if (!String(line).includes('Kafka Server started')) return;
      clearTimeout(timer);
      resolve();
    });
  });
  return {
    brokers: [address],
    stop: async () => {
      await container.stop();
    },
  };
}

function starter(advertised: string): string {
  const settings = {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    // The broker asks itself whether a transaction is open, so it needs an address that it reaches from inside, too.
    KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093,INTERNAL://:9094',
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${advertised},INTERNAL://localhost:9094`,
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_INTER_BROKER_LISTENER_NAME: 'INTERNAL',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  };
  const exports = Object.entries(settings).map(([name, value]) => `export ${name}='${value}'\n`);
  return `#!/bin/sh\n${exports.join('')}exec /etc/kafka/docker/run\n`;
}
