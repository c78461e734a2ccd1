import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Repository root: programs run from here, and are named relative to it. */
export const repositoryRoot = fileURLToPath(new URL('../../../../', import.meta.url));

const followLauncher = new URL('./follow-launcher.ts', import.meta.url).href;

/** A Node program of ours, run from its TypeScript sources. */
export interface Program {
  /** Name on the terminal and of the log, like `ingress-0`. */
  name: string;
  /** Main file, relative to the repository. */
  main: string;
  args?: string[];
  /** Flags of Node itself. */
  nodeArgs?: string[];
  env: Record<string, string>;
}

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  pid: number;
  exited: Promise<Exit>;
  /** First message that the process sent over its channel. */
  message: Promise<unknown>;
  /** First line of its standard output from now on that passes the test. */
  line: (test: (line: string) => boolean) => Promise<string>;
  /** Asks it to stop; after `graceMs` it is killed. Resolves when it has ended. */
  stop: (graceMs: number) => Promise<void>;
}

const running = new Set<ChildProcess>();

/** Whatever way this process ends, its children end too (for SIGKILL see follow-launcher.ts). */
process.on('exit', () => killChildren());

/** Kills every child and its children at once. */
export function killChildren(): void {
  for (const child of running) kill(child);
}

/**
 * Starts a program. It gets a process group of its own, so that a terminal's Ctrl-C reaches only the launcher, which
 * stops everything in order; and a channel to the launcher, whose closing tells it that the launcher is gone.
 */
export function startChild(
  { main, args = [], nodeArgs = [], env }: Program,
  onLine: (line: string, stream: 'stdout' | 'stderr') => void,
): Child {
  const child = spawn(
    process.execPath,
    ['--conditions=tributary-source', '--import', followLauncher, ...nodeArgs, main, ...args],
    {
      cwd: repositoryRoot,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    },
  );
  running.add(child);
  const output = createInterface({ input: child.stdout! }).on('line', (line) => onLine(line, 'stdout'));
  createInterface({ input: child.stderr! }).on('line', (line) => onLine(line, 'stderr'));
  const exited = new Promise<Exit>((resolve) => {
    const end = (exit: Exit): void => {
      running.delete(child);
      resolve(exit);
    };
    child.once('exit', (code, signal) => end({ code, signal }));
    child.once('error', (error) => {
      onLine(error.message, 'stderr');
      if (child.pid === undefined) end({ code: null, signal: null });
    });
  });
  return {
    pid: child.pid ?? 0,
    exited,
    message: new Promise((resolve) => child.once('message', resolve)),
    line: (test) =>
      new Promise((resolve) => {
        output.on('line', function listen(line) {
          if (!test(line)) return;
          output.off('line', listen);
          resolve(line);
        });
      }),
    stop: async (graceMs) => {
      askToStop(child);
      const timer = setTimeout(() => kill(child), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function askToStop(child: ChildProcess): void {
  // Windows has no signal a process could answer to: there the closed channel is the request.
  if (process.platform !== 'win32') child.kill('SIGTERM');
  else if (child.connected) child.disconnect();
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    // The whole group: a worker that outlives its parent would keep ports and files.
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
