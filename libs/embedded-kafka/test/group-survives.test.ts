import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from '@jest/globals';
import {
  connectProducer,
  createTopic,
  kafkaOf,
  openResources,
  startBroker,
  until,
} from './broker-process.ts';

const PARTITIONS = 6;
const resources = openResources();

afterAll(() => resources.close());

interface MemberProcess {
  readonly process: ChildProcess;
  readonly seen: string[];
}

function startMember(port: number): MemberProcess {
  const script = fileURLToPath(new URL('./member-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, String(port), 'workers', 'work'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning' },
  });
  resources.defer(() => child.kill('SIGKILL'));
  const seen: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => seen.push(line));
  return { process: child, seen };
}

it('three members survive one dying, one joining, and one frozen for longer than its session', async () => {
  const { port } = await startBroker(resources);
  const kafka = kafkaOf(port);
  await createTopic(kafka, 'work', { numPartitions: PARTITIONS });
  const producer = await connectProducer(resources, kafka);
  const admin = kafka.admin();
  await admin.connect();
  resources.defer(() => admin.disconnect());

  const sizeBecomes = (count: number) =>
    until(`${count} members`, async () => {
      const [group] = (await admin.describeGroups(['workers'])).groups;
      return group?.state === 'Stable' && group.members.length === count;
    });
  const sent: string[] = [];
  /** Sends a record to each partition and waits until the members that are alive have seen them all. */
  const round = async (name: string, members: readonly MemberProcess[]) => {
    const values = Array.from({ length: PARTITIONS }, (_, partition) => `${name} ${partition}`);
    await producer.send({
      topic: 'work',
      messages: values.map((value, partition) => ({ value, partition })),
    });
    sent.push(...values);
    const seen = () => new Set(members.flatMap((member) => member.seen));
    await until(`round ${name}`, () => values.every((value) => seen().has(value)));
    const shares = members.map((member) => values.filter((value) => member.seen.includes(value)).length);
    expect(shares).toEqual(members.map(() => PARTITIONS / members.length));
  };

  const [first, second, third] = [startMember(port), startMember(port), startMember(port)];
  await sizeBecomes(3);
  await round('three', [first, second, third]);
  first.process.kill('SIGKILL');
  await sizeBecomes(2);
  await round('one died', [second, third]);
  const fourth = startMember(port);
  await sizeBecomes(3);
  await round('one joined', [second, third, fourth]);
  second.process.kill('SIGSTOP');
  await sizeBecomes(2);
  await round('one frozen', [third, fourth]);
  second.process.kill('SIGCONT');
  await sizeBecomes(3);
  await round('one thawed', [second, third, fourth]);

  await until('every position committed', async () => {
    const [offsets] = await admin.fetchOffsets({ groupId: 'workers', topics: ['work'] });
    return offsets?.partitions.every(({ offset }) => Number(offset) === sent.length / PARTITIONS);
  });
  const seen = [first, second, third, fourth].flatMap((member) => member.seen);
  expect(new Set(seen)).toEqual(new Set(sent));
}, 240_000);
