import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Resources } from './broker-process.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Quick to start and small. */
const jvm = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-Xshare:auto'];

/** Runs one of Apache Kafka's tools by its class; resolves with what it prints, rejects when it fails. */
export type RunTool = (tool: string, args: readonly string[], input?: string) => Promise<string>;

/**
 * Apache Kafka's command-line tools in one JVM, from the jars of `infra/kafka`, which are fetched if they are not there. What
 * fetches them belongs to a library that depends on this one, so it runs as a program.
 */
export async function startJavaTools(resources: Resources): Promise<RunTool> {
  const fetched = await run(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { kafkaClassPath } from ${JSON.stringify(`${root}libs/testing/src/kafka-jars.ts`)};
    process.stdout.write(await kafkaClassPath());`,
  ]);
  const jars = fetched.stdout;
  const classes = path.join(resources.directory, 'classes');
  const clients = jars.split(path.delimiter).find((jar) => path.basename(jar).startsWith('kafka-clients-'));
  const source = fileURLToPath(new URL('clients/KafkaTools.java', import.meta.url));
  await run('javac', [
    '-proc:none',
    '-J-XX:TieredStopAtLevel=1',
    '-cp',
    clients ?? jars,
    '-d',
    classes,
    source,
  ]);

  const errors = path.join(resources.directory, 'java-tools.log');
  const child = spawn(
    'java',
    [
      ...jvm,
      `-Dlog4j2.configurationFile=${root}infra/kafka/log4j2.properties`,
      '-cp',
      [classes, jars].join(path.delimiter),
      'KafkaTools',
    ],
    { stdio: ['pipe', 'pipe', fs.openSync(errors, 'a')] },
  );
  resources.defer(() => child.kill('SIGKILL'));
  const answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return async (tool, args, input = '') => {
    const request = [input, tool, ...args].map((field) => Buffer.from(field).toString('base64')).join(' ');
    child.stdin!.write(`${request}\n`);
    const answer = await answers.next();
    const [code, text = ''] = answer.done ? ['-'] : answer.value.split(' ');
    const printed = Buffer.from(text, 'base64').toString();
    if (code === '0') return printed;
    throw new Error(
      `${tool} ${args.join(' ')} ended with ${code}:\n${printed}\n${fs.readFileSync(errors, 'utf8')}`,
    );
  };
}
