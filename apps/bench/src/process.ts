import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A program of this repository that prints one line of JSON when it is ready. */
export interface StartedProgram<Ready> {
  ready: Ready;
  pid: number;
  stop: () => Promise<void>;
}

/** Runs a TypeScript program as a process and waits for its line of JSON. */
export async function startProgram<Ready>(
  file: string,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): Promise<StartedProgram<Ready>> {
  const child = spawn(process.execPath, ['--conditions=tributary-source', `${root}${file}`, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning', ...env },
  });
  // A run that fails leaves nothing behind.
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  const ready = await Promise.race([firstJsonLine<Ready>(child), exit(child, file)]);
  return {
    ready,
    pid: child.pid!,
    stop: async () => {
      process.off('exit', end);
      if (child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function firstJsonLine<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line) as T);
    });
  });
}

function exit(child: ChildProcess, file: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`${file} ended with code ${code} before it was ready.`));
    });
  });
}
