import { StackError } from '../stack-error.ts';
import { startChild } from './child-process.ts';
import type { Child, Exit, Program } from './child-process.ts';
import { watchComplaints } from './complaints.ts';
import type { LogFile } from './log-file.ts';

export interface SupervisedOptions {
  log: LogFile;
  /** Shows a line to the person at the terminal. */
  say: (line: string) => void;
  /** Resolves when the process does its work; rejects or never resolves otherwise. Asked anew after every restart. */
  ready: (child: Child, signal: AbortSignal) => Promise<void>;
  /** How long the process may take from its start until it is ready, at the first start of the stack. */
  readyTimeoutMs?: number;
  /** How long it may take to stop before it is killed. */
  graceMs?: number;
  /** Wait before the n-th restart in a row (n from 1), milliseconds. */
  backoffMs?: (attempt: number) => number;
  /** A process that ran this long has recovered: its next end counts as the first. */
  steadyMs?: number;
}

/** A process that is started again whenever it ends, until it is stopped. */
export interface Supervised {
  name: string;
  /** Process id of the present run; undefined while it waits to be started again. */
  readonly pid: number | undefined;
  /** Resolves when it is ready for the first time; throws {@link StackError} when it will not get there. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
}

const MAX_FAILED_STARTS = 3;

/** Half a second, doubling to half a minute. */
export function doublingBackoff(attempt: number): number {
  return Math.min(500 * 2 ** (attempt - 1), 30_000);
}

export function supervise(program: Program, options: SupervisedOptions): Supervised {
  const {
    log,
    say,
    readyTimeoutMs = 90_000,
    graceMs = 15_000,
    backoffMs = doublingBackoff,
    steadyMs = 60_000,
  } = options;
  const { name } = program;
  const stopped = new AbortController();
  let child: Child | undefined;
  let attempt = 0;
  let wasReady = false;

  /** One life of the process: how it ended, and the last thing it complained of. */
  async function run(onReady: () => void): Promise<{ exit: Exit; reason: string | undefined }> {
    const complaints = watchComplaints();
    const ended = new AbortController();
    const current = startChild(program, (line, stream) => {
      log.write(line);
      const shown = complaints.read(line, stream);
      if (shown !== undefined && !stopped.signal.aborted) say(`${name}: ${shown}`);
    });
    child = current;
    const signal = AbortSignal.any([ended.signal, stopped.signal]);
    options.ready(current, signal).then(onReady, (error: unknown) => {
      if (!signal.aborted) log.write(`not ready: ${String(error)}`);
    });
    const exit = await current.exited;
    ended.abort();
    child = undefined;
    return { exit, reason: complaints.last() };
  }

  async function keepRunning(onReady: () => void, onGiveUp: (error: StackError) => void): Promise<void> {
    while (!stopped.signal.aborted) {
      const startedAt = Date.now();
      const { exit, reason } = await run(onReady);
      if (stopped.signal.aborted) return;
      attempt = Date.now() - startedAt >= steadyMs ? 1 : attempt + 1;
      const what = `${name} ended (${describeExit(exit)})${reason === undefined ? '' : `: ${reason}`}`;
      log.write(what);
      if (!wasReady && (attempt >= MAX_FAILED_STARTS || exit.code === 2)) {
        onGiveUp(new StackError(`${what} Its log: ${log.path}`));
        return;
      }
      const waitMs = backoffMs(attempt);
      say(`${what}; starting it again in ${waitMs / 1000} s.`);
      await sleep(waitMs, stopped.signal);
    }
  }

  return {
    name,
    get pid() {
      return child?.pid;
    },
    start: () =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(
            new StackError(`${name} was not ready within ${readyTimeoutMs / 1000} s. Its log: ${log.path}`),
          );
        }, readyTimeoutMs);
        const onReady = (): void => {
          clearTimeout(timer);
          if (wasReady) say(`${name} is ready again.`);
          wasReady = true;
          resolve();
        };
        keepRunning(onReady, reject)
          .catch(reject)
          .finally(() => {
            clearTimeout(timer);
            // Stopped before it was ready: whoever waits for it must not wait for ever.
            reject(new StackError(`${name} was stopped.`));
          });
      }),
    stop: async () => {
      stopped.abort();
      await child?.stop(graceMs);
      log.close();
    },
  };
}

function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : signal;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
