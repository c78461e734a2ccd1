import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import nunjucks from 'nunjucks';
import { LimitError, createEnvironment, createThrottle, parseJson, type PyDict } from '../src/index.ts';

/*
 * Renders one webhook template of about 1 KB with this engine, plain nunjucks and, where it is installed, Python's
 * Jinja2 in its sandbox; then shows what a hostile template costs its neighbours. Rates are per second of processor
 * time of one thread, so that a busy machine does not favour one side. Prints a table, and JSON on the last line.
 */

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const source = read('template.jinja');
const contextText = read('context.json');
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3);

function processorSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

/** As `processorSeconds`, of all threads; some systems tell a thread's time in whole milliseconds only. */
function fineSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Times per second of processor time that `work` runs, once warm. */
function rate(work: () => void, duration: number): number {
  for (let i = 0; i < 5000; i++) work();
  const start = processorSeconds();
  let count = 0;
  while (processorSeconds() - start < duration) {
    for (let i = 0; i < 100; i++) work();
    count += 100;
  }
  return count / (processorSeconds() - start);
}

interface Row {
  engine: string;
  renders: number;
  compiles: number;
  /** Milliseconds to compile and render for the first time in the process. */
  coldMs?: number;
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function ours(): Row {
  const environment = createEnvironment();
  const context = parseJson(contextText) as PyDict;
  const coldMs = timed(() => environment.compile(source).render(context));
  const template = environment.compile(source);
  return {
    engine: '@tributary/templating',
    renders: rate(() => template.render(context), seconds),
    compiles: rate(() => environment.compile(source), seconds / 2),
    coldMs,
  };
}

function plainNunjucks(): Row {
  const environment = new nunjucks.Environment([], { autoescape: false });
  environment.addFilter('tojson', (value: unknown) => JSON.stringify(value));
  const context = JSON.parse(contextText) as object;
  const compile = (): nunjucks.Template => new nunjucks.Template(source, environment, 'bench', true);
  const coldMs = timed(() => compile().render(context));
  const template = compile();
  return {
    engine: 'nunjucks 3.2 (plain, unsafe)',
    renders: rate(() => template.render(context), seconds),
    compiles: rate(compile, seconds / 2),
    coldMs,
  };
}

function python(): Row | undefined {
  const script = fileURLToPath(new URL('reference.py', import.meta.url));
  for (const command of ['/usr/bin/python3', 'python3']) {
    const { status, stdout } = spawnSync(command, [script, String(seconds)], { encoding: 'utf8' });
    if (status !== 0) continue;
    const { version, renders, compiles } = JSON.parse(stdout) as {
      version: string;
      renders: number;
      compiles: number;
    };
    return { engine: `Jinja2 ${version} (sandboxed)`, renders, compiles };
  }
  return undefined;
}

const percentile = (values: number[], share: number): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;

/**
 * Milliseconds that a webhook waits for its render at the 99th percentile, while another webhook's template that runs
 * into the step limit is called 100 times a second in the same thread (or is not). Arrivals follow a simulated clock:
 * one good request a millisecond for 20 seconds, served one after the other; what each takes is measured.
 */
function neighbour(hostile: boolean): { p99: number; hostileMs: number } {
  const environment = createEnvironment();
  const context = parseJson(contextText) as PyDict;
  const template = environment.compile(source);
  const greedy = environment.compile(
    '{% for a in range(100) %}{% for b in range(100) %}{% for c in range(100) %}{{ a * b }}{% endfor %}{% endfor %}{% endfor %}',
  );
  let clock = 0;
  const throttle = createThrottle({ now: () => clock });
  const serve = (key: string, render: () => string): number => {
    const before = fineSeconds();
    try {
      throttle.run(key, render);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
    }
    return (fineSeconds() - before) * 1000;
  };
  for (let i = 0; i < 20_000; i++) serve('warm', () => template.render(context));
  const waits: number[] = [];
  let hostileMs = 0;
  let free = 0;
  for (let arrival = 0; arrival < 20_000; arrival++) {
    clock = Math.max(arrival, free);
    if (hostile && arrival % 10 === 0) {
      const cost = serve('bad', () => greedy.render());
      hostileMs = Math.max(hostileMs, cost);
      clock += cost;
    }
    clock += serve('good', () => template.render(context));
    free = clock;
    waits.push(clock - arrival);
  }
  return { p99: percentile(waits, 0.99), hostileMs };
}

const rows = [ours(), plainNunjucks(), python()].filter((row) => row !== undefined);
const [own] = rows;
const reference = rows.find((row) => row.engine.startsWith('Jinja2'));
process.stdout.write(`Template of ${source.length} characters, context of ${contextText.length}.\n\n`);
process.stdout.write(
  `${'engine'.padEnd(32)}${'renders/s'.padStart(12)}${'compiles/s'.padStart(12)}${'cold ms'.padStart(10)}\n`,
);
for (const { engine, renders, compiles, coldMs } of rows) {
  const cells = [
    renders.toFixed(0).padStart(12),
    compiles.toFixed(0).padStart(12),
    (coldMs?.toFixed(1) ?? '').padStart(10),
  ];
  process.stdout.write(`${engine.padEnd(32)}${cells.join('')}\n`);
}
const speedup = own && reference ? own.renders / reference.renders : undefined;
if (speedup !== undefined)
  process.stdout.write(`\n${speedup.toFixed(1)} times as fast as Jinja2's sandbox.\n`);
// In turn, so that what disturbs the machine disturbs both.
const rounds = Array.from({ length: 7 }, () => ({ alone: neighbour(false), beside: neighbour(true) }));
const median = (values: number[]): number => percentile(values, 0.5);
const alone = median(rounds.map((round) => round.alone.p99));
const beside = median(rounds.map((round) => round.beside.p99));
const hostile = median(rounds.map((round) => round.beside.hostileMs));
process.stdout.write(
  `A neighbour's p99, the median of ${rounds.length} rounds: ${alone.toFixed(3)} ms alone, ${beside.toFixed(3)} ms ` +
    `(${(beside / alone).toFixed(1)} times that) beside a hostile template called 100 times a second, which takes up to ` +
    `${hostile.toFixed(1)} ms when it is let in.\n`,
);
process.stdout.write(
  `${JSON.stringify({ benchmark: 'templating', rows, speedup, neighbourP99Ms: { alone, beside } })}\n`,
);
