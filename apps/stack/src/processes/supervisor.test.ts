import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tributary/testing';
import { openLogFile } from './log-file.ts';
import { doublingBackoff, supervise } from './supervisor.ts';
import type { Supervised, SupervisedOptions } from './supervisor.ts';

let folder: string;
let said: string[];
const processes: Supervised[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-supervisor-'));
  said = [];
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((each) => each.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** A program of one file, supervised; it is ready when it prints `ready`. */
function standIn(source: string, options: Partial<SupervisedOptions> = {}): Supervised {
  const main = join(folder, 'stand-in.mjs');
  writeFileSync(main, source);
  const log = openLogFile(join(folder, 'log'), { onFailure: () => undefined });
  const env = { ...process.env, NODE_OPTIONS: '' } as Record<string, string>;
  const supervised = supervise(
    { name: 'stand-in-0', main, env },
    {
      log,
      say: (line) => said.push(line),
      ready: async (child) => void (await child.line((line) => line === 'ready')),
      backoffMs: () => 10,
      ...options,
    },
  );
  processes.push(supervised);
  return supervised;
}

const runs = () => (existsSync(join(folder, 'runs')) ? readFileSync(join(folder, 'runs'), 'utf8').length : 0);
const countRun = `import { appendFileSync } from 'node:fs'; appendFileSync(import.meta.dirname + '/runs', 'x');`;
const stayReady = `console.log('ready'); setInterval(() => {}, 1000);`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a supervised process', () => {
  it('is started again when it dies, and says so', async () => {
    const supervised = standIn(`${countRun} ${stayReady}`);
    await supervised.start();
    const first = supervised.pid!;
    process.kill(first, 'SIGKILL');
    await eventually(() => expect(said).toContain('stand-in-0 is ready again.'));
    expect(said[0]).toBe('stand-in-0 ended (SIGKILL); starting it again in 0.01 s.');
    expect(supervised.pid).not.toBe(first);
    expect(isAlive(first)).toBe(false);
  });

  it('is given longer and longer pauses', async () => {
    const attempts: number[] = [];
    const supervised = standIn(`${countRun} console.log('ready'); setTimeout(() => process.exit(1), 50);`, {
      backoffMs: (attempt) => {
        attempts.push(attempt);
        return 1;
      },
    });
    await supervised.start();
    await eventually(() => expect(attempts.slice(0, 4)).toEqual([1, 2, 3, 4]));
    expect([1, 2, 3, 7, 20].map(doublingBackoff)).toEqual([500, 1_000, 2_000, 30_000, 30_000]);
  });

  it('that ran steadily begins its pauses anew', async () => {
    const attempts: number[] = [];
    const supervised = standIn(`console.log('ready'); setTimeout(() => process.exit(1), 50);`, {
      steadyMs: 1,
      backoffMs: (attempt) => {
        attempts.push(attempt);
        return 1;
      },
    });
    await supervised.start();
    await eventually(() => expect(attempts.slice(0, 3)).toEqual([1, 1, 1]));
  });

  it('that never gets ready is given up with its last words', async () => {
    const supervised = standIn(`${countRun} throw new Error('no such table');`);
    await expect(supervised.start()).rejects.toThrow(
      `stand-in-0 ended (exit code 1): Error: no such table Its log: ${join(folder, 'log')}`,
    );
    expect(runs()).toBe(3);
  });

  it('that refuses its configuration is given up at once', async () => {
    await expect(
      standIn(`${countRun} console.error('X is required.'); process.exit(2);`).start(),
    ).rejects.toThrow('stand-in-0 ended (exit code 2): X is required.');
    expect(runs()).toBe(1);
  });

  it('that hangs is given up in time', async () => {
    const supervised = standIn(`setInterval(() => {}, 1000);`, { readyTimeoutMs: 100 });
    await expect(supervised.start()).rejects.toThrow('stand-in-0 was not ready within 0.1 s');
  });

  it('shows the errors it logs', async () => {
    const supervised = standIn(`console.log('{"level":50,"msg":"no broker"}'); ${stayReady}`);
    await supervised.start();
    expect(said).toEqual(['stand-in-0: no broker']);
  });

  it('is asked to stop, and is not started again', async () => {
    const supervised = standIn(`${countRun} process.on('SIGTERM', () => process.exit(0)); ${stayReady}`);
    await supervised.start();
    const pid = supervised.pid!;
    await supervised.stop();
    expect(isAlive(pid)).toBe(false);
    expect([runs(), said]).toEqual([1, []]);
  });

  it('that does not stop is killed, and what it started with it', async () => {
    const supervised = standIn(
      `import { spawn } from 'node:child_process';
       import { writeFileSync } from 'node:fs';
       process.on('SIGTERM', () => {});
       const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
       writeFileSync(import.meta.dirname + '/grandchild', String(child.pid));
       ${stayReady}`,
      { graceMs: 100 },
    );
    await supervised.start();
    const pids = [supervised.pid!, Number(readFileSync(join(folder, 'grandchild'), 'utf8'))];
    await supervised.stop();
    await eventually(() => expect(pids.filter(isAlive)).toEqual([]));
  });

  it('can be stopped while it starts', async () => {
    const supervised = standIn(`setInterval(() => {}, 1000);`);
    const starting = supervised.start();
    const rejected = expect(starting).rejects.toThrow('stand-in-0 was stopped.');
    await supervised.stop();
    await rejected;
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends with its launcher, should that get %s', async (signal) => {
    const main = join(folder, 'child.mjs');
    writeFileSync(
      main,
      `import { writeFileSync } from 'node:fs';
      process.on('SIGTERM', () => { writeFileSync(import.meta.dirname + '/drained', ''); process.exit(0); });
      ${stayReady}`,
    );
    const childProcess = fileURLToPath(new URL('./child-process.ts', import.meta.url));
    const source = `import { startChild } from ${JSON.stringify(childProcess)};
      const child = startChild({ main: ${JSON.stringify(main)}, env: {} }, (line) => console.log(line + ' ' + child.pid));
      process.on('SIGTERM', () => process.exit(0));
      await child.exited;`;
    writeFileSync(join(folder, 'launcher.mjs'), source);
    const launcher = spawn(process.execPath, [join(folder, 'launcher.mjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) =>
      launcher.stdout.setEncoding('utf8').once('data', (text: string) => resolve(Number(text.split(' ')[1]))),
    );
    launcher.kill(signal);
    await eventually(() => expect(isAlive(pid)).toBe(false));
    // A launcher that was killed could ask for nothing: the child drained of its own accord.
    if (signal === 'SIGKILL') expect(existsSync(join(folder, 'drained'))).toBe(true);
  });
});
