import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { createTopic, kafkaOf, openResources, spawnBroker } from './broker-process.ts';
import { startJavaTools } from './java-tools.ts';
import type { RunTool } from './java-tools.ts';

const resources = openResources();
let broker: string;
let port: number;

beforeAll(async () => {
  ({ port } = await spawnBroker(resources, ['--port', '0']));
  broker = `127.0.0.1:${port}`;
});

afterAll(() => resources.close());

/** Runs a program; resolves with what it prints, rejects when it fails. */
function run(command: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(stdout);
    });
    child.stdin?.end(input);
  });
}

/**
 * The tests of a client that is not one of npm's. Where the machine lacks it they give way to one that says so, and fails in
 * CI, where it has to be there.
 */
function describeWith(what: string, check: readonly string[], tests: () => void): void {
  const [command = '', ...args] = check;
  describe(what, () => {
    if (spawnSync(command, args).status === 0) tests();
    else {
      it(`is left out: ${check.join(' ')} fails`, () => {
        console.warn(`${what} is left out of these tests: ${check.join(' ')} fails.`);
        expect(['1', 'true']).not.toContain(process.env['CI']);
      });
    }
  });
}

describe('@platformatic/kafka', () => {
  it('creates a topic, produces to it and consumes from it in a group', async () => {
    const base = { clientId: 'platformatic', bootstrapBrokers: [broker] };
    const admin = new Admin(base);
    const producer = new Producer({ ...base, serializers: stringSerializers });
    const consumer = new Consumer({ ...base, groupId: 'platformatic', deserializers: stringDeserializers });
    resources.defer(() => Promise.all([admin.close(), producer.close(), consumer.close(true)]));
    await admin.createTopics({ topics: ['platformatic'], partitions: 2, replicas: 1 });
    const sent = Array.from({ length: 100 }, (_, n) => `value ${n}`);
    await producer.send({
      acks: -1,
      messages: sent.map((value) => ({
        topic: 'platformatic',
        key: value,
        value,
        headers: { from: 'test' },
      })),
    });
    const stream = await consumer.consume({
      topics: ['platformatic'],
      mode: 'earliest',
      autocommit: false,
      maxWaitTime: 100,
    });
    const seen: string[] = [];
    for await (const message of stream) {
      expect(message.headers.get('from')).toBe('test');
      seen.push(message.value);
      await message.commit();
      if (seen.length === sent.length) break;
    }
    await stream.close();
    expect(seen.sort()).toEqual(sent.sort());
  });
});

describeWith('kcat (librdkafka)', ['kcat', '-V'], () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'produces with %s and consumes it in a group',
    async (codec) => {
      const topic = `kcat-${codec}`;
      await createTopic(kafkaOf(port), topic, { numPartitions: 2 });
      const lines = Array.from({ length: 50 }, (_, n) => `${n}:${codec} ${'x'.repeat(100)} ${n}`);
      const compression = codec === 'none' ? [] : ['-z', codec];
      const idempotent = ['-X', 'enable.idempotence=true'];
      await run(
        'kcat',
        ['-P', '-b', broker, '-t', topic, '-K:', ...compression, ...idempotent],
        lines.join('\n'),
      );
      const reading = ['-X', 'auto.offset.reset=earliest', '-X', 'enable.partition.eof=true', '-e', '-q'];
      const read = await run('kcat', [
        '-b',
        broker,
        '-G',
        `group-${codec}`,
        '-f',
        '%k:%s\n',
        ...reading,
        topic,
      ]);
      expect(read.trim().split('\n').sort()).toEqual(lines.sort());
    },
    60_000,
  );

  it('lists the broker and its topics', async () => {
    await createTopic(kafkaOf(port), 'kcat-listed', { numPartitions: 3 });
    const listed = await run('kcat', ['-L', '-J', '-b', broker]);
    const { brokers, topics } = JSON.parse(listed) as {
      brokers: { id: number; name: string }[];
      topics: { topic: string; partitions: unknown[] }[];
    };
    expect(brokers).toEqual([{ id: 1, name: broker }]);
    expect(topics.find(({ topic }) => topic === 'kcat-listed')?.partitions).toHaveLength(3);
  });
});

/** Debian's Python has Debian's packages, whatever other Python there is. */
const python =
  ['/usr/bin/python3', 'python3'].find((p) => spawnSync(p, ['-c', 'import confluent_kafka']).status === 0) ??
  'python3';

describeWith("Python's confluent-kafka", [python, '-c', 'import confluent_kafka'], () => {
  it('creates a topic, commits a transaction, aborts one, and reads what is committed in a group', async () => {
    const script = fileURLToPath(new URL('clients/confluent.py', import.meta.url));
    const result = JSON.parse(await run(python, [script, broker])) as {
      refused: string[];
      seen: [string, string, string][];
      committed: number;
    };
    const expected = Array.from({ length: 50 }, (_, n) => [String(n), `committed ${n}`, 'committed']);
    expect(result.seen.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(expected);
    expect(result.refused).toEqual([]);
    /* It also counts the markers and the aborted records that the client has passed over. */
    expect(result.committed).toBeGreaterThanOrEqual(50);
  });
});

describeWith("Java's client and tools", ['sh', '-c', 'javac -version && mvn -v'], () => {
  const TOOLS = 'org.apache.kafka.tools.';
  let tool: RunTool;
  let server: string[];

  beforeAll(async () => {
    tool = await startJavaTools(resources);
    server = ['--bootstrap-server', broker];
  }, 240_000);

  const topics = (...args: string[]) => tool(`${TOOLS}TopicCommand`, [...server, ...args]);
  const groups = (...args: string[]) =>
    tool(`${TOOLS}consumer.group.ConsumerGroupCommand`, [...server, '--group', 'java', ...args]);
  const produceWords = (topic: string) =>
    tool(
      `${TOOLS}ConsoleProducer`,
      [
        ...server,
        '--topic',
        topic,
        '--reader-property',
        'parse.key=true',
        '--reader-property',
        'key.separator=:',
      ],
      'a:one\nb:two\nc:three\n',
    );
  const rows = (table: string) =>
    table
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/));

  it('kafka-topics creates, describes, enlarges, lists and deletes a topic', async () => {
    await topics(
      '--create',
      '--topic',
      'java-topics',
      '--partitions',
      '2',
      '--config',
      'retention.ms=100000',
    );
    await topics('--alter', '--topic', 'java-topics', '--partitions', '3');
    expect(await topics('--describe', '--topic', 'java-topics')).toMatch(
      /PartitionCount: 3\s+ReplicationFactor: 1\s+Configs: retention.ms=100000/,
    );
    expect(await topics('--list')).toMatch(/^java-topics$/m);
    await topics('--delete', '--topic', 'java-topics');
    expect(await topics('--list')).not.toMatch(/^java-topics$/m);
  });

  it('the console producer, the console consumer, kafka-consumer-groups and kafka-get-offsets agree', async () => {
    await topics('--create', '--topic', 'java-words');
    await produceWords('java-words');
    const reading = ['--topic', 'java-words', '--group', 'java', '--from-beginning', '--max-messages', '3'];
    const read = await tool(`${TOOLS}consumer.ConsoleConsumer`, [...server, ...reading]);
    expect(read.trim().split('\n')).toEqual(['one', 'two', 'three']);
    expect(
      rows(await groups('--describe'))
        .at(-1)
        ?.slice(0, 6),
    ).toEqual(['java', 'java-words', '0', '3', '3', '0']);
    await groups('--reset-offsets', '--topic', 'java-words', '--shift-by', '-2', '--execute');
    expect(
      rows(await groups('--describe'))
        .at(-1)
        ?.slice(0, 6),
    ).toEqual(['java', 'java-words', '0', '1', '3', '2']);
    await groups('--delete');
    expect(await tool(`${TOOLS}GetOffsetShell`, [...server, '--topic', 'java-words'])).toBe(
      'java-words:0:3\n',
    );
  });

  it('kafka-configs changes and shows the settings of a topic', async () => {
    await topics('--create', '--topic', 'java-configs');
    const about = ['--entity-type', 'topics', '--entity-name', 'java-configs'];
    const configs = (...args: string[]) => tool('kafka.admin.ConfigCommand', [...server, ...about, ...args]);
    await configs('--alter', '--add-config', 'cleanup.policy=[compact,delete],retention.ms=5000');
    await configs('--alter', '--delete-config', 'retention.ms');
    const described = await configs('--describe');
    expect(described).toContain('cleanup.policy=compact,delete sensitive=false');
    expect(described).not.toContain('retention.ms');
  });

  it('kafka-producer-perf-test and kafka-consumer-perf-test count the same records', async () => {
    await topics('--create', '--topic', 'java-perf', '--partitions', '3');
    const sent = ['--num-records', '5000', '--record-size', '1000', '--throughput', '-1'];
    expect(await tool(`${TOOLS}ProducerPerformance`, [...server, '--topic', 'java-perf', ...sent])).toMatch(
      /^5000 records sent/m,
    );
    const read = await tool(`${TOOLS}ConsumerPerformance`, [
      ...server,
      ...['--topic', 'java-perf', '--num-records', '5000', '--timeout', '60000'],
    ]);
    const [, , , , count] = (read.trim().split('\n').at(-1) ?? '').split(', ');
    expect(Number(count)).toBe(5000);
  });

  it('a transactional producer writes with its offsets, and only what it commits is read', async () => {
    await topics('--create', '--topic', 'java-source');
    await topics('--create', '--topic', 'java-target');
    await produceWords('java-source');
    const printed = await tool('KafkaTools$Transactions', [broker, 'java-source', 'java-target']);
    expect(printed.trim().split('\n')).toEqual([
      'position 3',
      ...['one', 'two', 'three'].map((word) => `read committed ${word}`),
    ]);
  });
});
