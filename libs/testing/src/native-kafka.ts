import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { java, kafkaClassPath, kafkaFolder } from './kafka-jars.ts';
import type { BrokerProcess } from './broker-process.ts';
import { exited, isRunning, startedOrDied } from './broker-process.ts';

/**
 * Quick to start and small: a broker of a test serves few clients for a few minutes. Whoever measures sets the variables
 * of Kafka's own start scripts.
 */
const jvmFlags = [
  ...(process.env['KAFKA_HEAP_OPTS'] ?? '-Xmx512m -Xms128m').split(' '),
  ...(process.env['KAFKA_JVM_PERFORMANCE_OPTS'] ?? '-XX:+UseSerialGC -XX:TieredStopAtLevel=1').split(' '),
  '-XX:-UsePerfData',
  '-Xshare:auto',
];

/**
 * Starts Apache Kafka as one process: broker and controller in one (KRaft), its log in `dataDir`. Resolves when it
 * serves. Starting again on the same `dataDir` and port continues with the same log.
 */
export async function startNativeKafka({
  port,
  controllerPort,
  dataDir,
}: {
  port: number;
  controllerPort: number;
  dataDir: string;
}): Promise<BrokerProcess> {
  const classPath = await kafkaClassPath();
  await mkdir(dataDir, { recursive: true });
  const properties = join(dataDir, 'server.properties');
  const log = join(dataDir, 'broker.log');
  await writeFile(properties, serverProperties({ port, controllerPort, logs: join(dataDir, 'log') }));
  const command = ['-cp', classPath, `-Dlog4j2.configurationFile=${join(kafkaFolder, 'log4j2.properties')}`];
  if (!existsSync(join(dataDir, 'log', 'meta.properties'))) {
    const format = [
      'kafka.tools.StorageTool',
      'format',
      // In one word: an id may begin with a dash, and would be taken for an option.
      `--cluster-id=${randomBytes(16).toString('base64url')}`,
      '-c',
      properties,
    ];
    await finished(await launch([...jvmFlags, ...command, ...format], log), log);
  }
  const from = (await readFile(log, 'utf8')).length;
  const child = await launch([...jvmFlags, ...command, 'kafka.Kafka', properties], log);
  await startedOrDied(child, {
    port,
    log,
    isReady: (text) => text.slice(from).includes('Kafka Server started'),
  });
  return {
    pid: child.pid!,
    brokers: [`127.0.0.1:${port}`],
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await exited(child);
    },
    stop: async () => {
      // A test's data is thrown away, so nothing is gained by an orderly shutdown, which takes seconds.
      if (isRunning(child)) child.kill('SIGKILL');
      await exited(child);
    },
  };
}

async function launch(parameters: string[], log: string): Promise<ChildProcess> {
  const output = await open(log, 'a');
  const child = spawn(java, parameters, { stdio: ['ignore', output.fd, output.fd] });
  await output.close();
  return child;
}

async function finished(child: ChildProcess, log: string): Promise<void> {
  const code = await exited(child);
  if (code !== 0)
    throw new Error(`Apache Kafka could not format its storage:\n${await readFile(log, 'utf8')}`);
}

/** One node; nothing waits that need not; topics are made by who needs them. */
function serverProperties({
  port,
  controllerPort,
  logs,
}: {
  port: number;
  controllerPort: number;
  logs: string;
}): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': logs,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 4,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    'auto.create.topics.enable': false,
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    // A broker that was killed may register again as soon as its old session has ended.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 500,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
