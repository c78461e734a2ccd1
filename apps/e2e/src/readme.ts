import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@tributary/testing';
import { known, system, workspaceUrl } from './client.ts';

/**
 * A fenced `sh` block of a README. `background`: its reader pastes it into another terminal. `prints`: the lines of the
 * `text` block that follows it, in which `...` stands for anything.
 */
export interface Step {
  command: string;
  background: boolean;
  prints: string[];
}

/** The blocks of a README in order: `sh` is run, `sh background` too, and `text` is what the one before it prints. */
export function readSteps(markdown: string): Step[] {
  const steps: Step[] = [];
  for (const [, info, content = ''] of markdown.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)) {
    if (info === 'sh' || info === 'sh background')
      steps.push({ command: content, background: info !== 'sh', prints: [] });
    else if (info === 'text') steps.at(-1)!.prints = content.trim().split('\n');
  }
  return steps;
}

/** What did not print what its README says. */
export interface Deviation {
  command: string;
  expected: string[];
  printed: string;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Does what a README says, from the root of the repository, with the variables that `examples/README.md` sets. A shell
 * variable `HOOK` is handed from one block to the next, which waits until the ingress knows that webhook.
 */
export async function runSteps(steps: Step[]): Promise<Deviation[]> {
  const deviations: Deviation[] = [];
  const consumers: { step: Step; process: ChildProcess; printed: () => string }[] = [];
  let hook = '';
  try {
    for (const step of steps) {
      if (step.background) consumers.push({ step, ...(await startConsumer(step, hook)) });
      else {
        const ended = await runCommand(step, hook);
        if (ended.hook !== hook) await known(ended.hook);
        hook = ended.hook;
        if (!isWhole(step.prints, ended.printed)) deviations.push(deviation(step, ended.printed));
      }
    }
    for (const { step, printed } of consumers) {
      await eventually(() => hasLines(step.prints, printed())).catch(() => {
        deviations.push(deviation(step, printed()));
      });
    }
  } finally {
    await Promise.all(consumers.map(({ process }) => stop(process)));
  }
  return deviations;
}

const deviation = ({ command, prints }: Step, printed: string): Deviation => ({
  command,
  expected: prints,
  printed,
});

/** Runs a block to its end. The third file descriptor tells the webhook's URL, if the block has set it. */
async function runCommand({ command }: Step, hook: string): Promise<{ printed: string; hook: string }> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', `${command}\nprintf %s "\${HOOK:-}" >&3`], {
    cwd: root,
    env: environment(hook),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [printed, complaints, variable] = [1, 2, 3].map((index) => collect(child, index));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`A block exited with ${code}: ${command}\n${printed!()}${complaints!()}`);
  return { printed: printed!(), hook: variable!() };
}

/** Starts what is to go on running; it says in its first line that it is ready. */
async function startConsumer(
  { command }: Step,
  hook: string,
): Promise<{ process: ChildProcess; printed: () => string }> {
  const child = spawn('bash', ['-c', `exec ${command}`], {
    cwd: root,
    env: environment(hook),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [printed, complaints] = [collect(child, 1), collect(child, 2)];
  try {
    await eventually(() => printed().includes('\n') || child.exitCode !== null);
    if (child.exitCode !== null) throw new Error(`It exited with ${child.exitCode}.`);
  } catch (error) {
    await stop(child);
    throw new Error(`Did not get ready: ${command}\n${complaints()}`, { cause: error });
  }
  return { process: child, printed };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function collect(child: ChildProcess, index: number): () => string {
  let text = '';
  child.stdio[index]?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}

/** Node is this one; its options are the README's own. */
function environment(hook: string): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return {
    ...env,
    PATH: [dirname(process.execPath), env['PATH']].join(delimiter),
    NO_PROXY: 'localhost,127.0.0.1',
    URL: system.url,
    API: workspaceUrl,
    KEY: system.api_key,
    KAFKA: system.kafka,
    ...(hook === '' ? {} : { HOOK: hook }),
  };
}

const asPattern = (line: string): string =>
  line
    .split('...')
    .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');

function isWhole(expected: string[], printed: string): boolean {
  if (expected.length === 0) return true;
  return new RegExp(`^${expected.map(asPattern).join('\n')}$`).test(printed.replaceAll('\r', '').trim());
}

/** Each line is there, in any order: events of different resources have none. */
function hasLines(expected: string[], printed: string): boolean {
  const lines = printed.split('\n');
  return expected.every((line) => lines.some((each) => new RegExp(`^${asPattern(line)}$`).test(each)));
}
