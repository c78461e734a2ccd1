import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withLock } from './file-lock.ts';

const run = promisify(execFile);

/** Where `infra/kafka/pom.xml` stands. */
export const kafkaFolder = fileURLToPath(new URL('../../../infra/kafka/', import.meta.url));

/** The Java that starts the broker. */
export const java = process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin', 'java') : 'java';

/** What a machine lacks to run Apache Kafka natively, as a sentence; undefined when it lacks nothing. */
export async function missingForNativeKafka(): Promise<string | undefined> {
  const version = await run(java, ['-version']).then(
    ({ stderr }) => Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0),
    () => 0,
  );
  if (version < 17) {
    const found = version === 0 ? 'there is none' : `this is Java ${version}`;
    return `Apache Kafka needs Java 17 or newer, and ${found}: install a JDK, or set KAFKA_BROKERS, or start Docker.`;
  }
  if (existsSync(join(kafkaFolder, 'target', 'jars'))) return undefined;
  const maven = await run('mvn', ['-v']).then(
    () => true,
    () => false,
  );
  return maven
    ? undefined
    : 'Fetching Apache Kafka needs Maven (mvn): install it, or set KAFKA_BROKERS, or start Docker.';
}

/** The class path of Apache Kafka; Maven fetches the jars of `infra/kafka/pom.xml` once. Takes a minute the first time. */
export async function kafkaClassPath(): Promise<string> {
  const missing = await missingForNativeKafka();
  if (missing !== undefined) throw new Error(missing);
  const target = join(kafkaFolder, 'target');
  const jars = join(target, 'jars');
  if (!existsSync(jars)) await withLock(join(target, 'jars.lock'), () => fetchJars(target, jars));
  // The order is fixed so that a class data archive stays valid.
  const names = (await readdir(jars)).filter((name) => name.endsWith('.jar')).sort();
  return names.map((name) => join(jars, name)).join(':');
}

async function fetchJars(target: string, jars: string): Promise<void> {
  if (existsSync(jars)) return;
  await mkdir(target, { recursive: true });
  // Fetched beside and renamed, so that an interrupted download leaves nothing that looks complete.
  const partial = `${jars}.partial`;
  await rm(partial, { recursive: true, force: true });
  await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${partial}`], {
    cwd: kafkaFolder,
  });
  await rename(partial, jars);
}
