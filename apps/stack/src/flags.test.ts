import { describe, expect, it } from '@jest/globals';
import { readFlags } from './flags.ts';

const read = (...args: string[]) => readFlags(args, {});

describe('flags of npm start', () => {
  it('have the defaults that the documentation names', () => {
    expect(read()).toEqual({
      kind: 'run',
      flags: {
        port: 4200,
        kafkaPort: 9092,
        postgresPort: 5433,
        data: '.tributary',
        fresh: false,
        json: false,
        kafka: null,
        postgres: null,
        instances: { ingress: 1, 'template-renderer': 1, 'event-store': 1, management: 1 },
      },
    });
  });

  it('are all read', () => {
    const args =
      '--port 0 --kafka-port 1 --postgres-port 2 --data d --fresh --json --kafka a:1,[::1]:2'.split(' ');
    const more = ['--postgres', 'postgres://u:p@h:5432/d', '--instances', 'template-renderer=2,ingress=3'];
    expect(read(...args, ...more)).toEqual({
      kind: 'run',
      flags: {
        port: 0,
        kafkaPort: 1,
        postgresPort: 2,
        data: 'd',
        fresh: true,
        json: true,
        kafka: 'a:1,[::1]:2',
        postgres: 'postgres://u:p@h:5432/d',
        instances: { ingress: 3, 'template-renderer': 2, 'event-store': 1, management: 1 },
      },
    });
  });

  it('give way to no variable: a flag wins', () => {
    const env = { KAFKA_BROKERS: 'env:1', DATABASE_URL: 'postgres://env/d' };
    expect(readFlags([], env)).toMatchObject({ flags: { kafka: 'env:1', postgres: 'postgres://env/d' } });
    expect(readFlags(['--kafka', 'flag:1'], env)).toMatchObject({ flags: { kafka: 'flag:1' } });
    const empty = readFlags([], { KAFKA_BROKERS: '', DATABASE_URL: '' });
    expect(empty).toMatchObject({ flags: { kafka: null, postgres: null } });
  });

  it('can be several ports of 0', () => {
    expect(read('--port', '0', '--kafka-port', '0', '--postgres-port', '0')).toMatchObject({ kind: 'run' });
  });

  it('ask for help', () => {
    expect(read('--help')).toEqual({ kind: 'help' });
    expect(read('-h')).toEqual({ kind: 'help' });
  });

  it.each([
    [['--prot', '1'], /^--prot is not a flag/],
    [['extra'], /^extra is not a flag/],
    [['--port'], /^--port takes a value/],
    [['--port', '-1'], /^--port takes a value/],
    [['--json=yes'], /does not take an argument/],
    [['--port', '65536'], /^--port is 65536, but a port/],
    [['--kafka-port', 'x'], /^--kafka-port is x, but a port/],
    [['--port=-1'], /^--port is -1, but a port/],
    [['--port', '9092'], /must differ/],
    [['--data', ''], /names no folder/],
    [['--kafka', 'host'], /"host", but brokers are given as host:port/],
    [['--kafka', 'host:0'], /host:port/],
    [['--kafka', 'a:1,,b:2'], /"", but brokers/],
    [['--postgres', 'mysql://u:topsecret@h/d'], /^--postgres is not a URL like postgres/],
    [['--kafka', ''], /"", but brokers/],
    [['--postgres', 'nonsense'], /is not a URL/],
    [['--postgres', ''], /is not a URL/],
    [['--instances', 'ingress'], /"ingress", but it reads like/],
    [['--instances', 'kafka=2'], /names kafka, but the services are/],
    [['--instances', 'ingress=0'], /asks for 0 of ingress/],
    [['--instances', 'ingress=11'], /1 to 10/],
  ])('that are wrong get one sentence: %j', (args, sentence) => {
    const result = readFlags(args, {}) as { kind: string; message: string };
    expect(result.kind).toBe('invalid');
    expect(result.message).toMatch(sentence);
    expect(result.message).not.toMatch(/\n|topsecret/);
    expect(result.message).toMatch(/\.$/);
  });

  it('name the variable when it is the variable that is wrong', () => {
    expect(readFlags([], { KAFKA_BROKERS: 'x' })).toMatchObject({
      message: expect.stringMatching(/^KAFKA_BROKERS /),
    });
  });
});
