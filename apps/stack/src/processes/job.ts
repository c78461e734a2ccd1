import { StackError } from '../stack-error.ts';
import { startChild } from './child-process.ts';
import type { Program } from './child-process.ts';
import { watchComplaints } from './complaints.ts';
import type { LogFile } from './log-file.ts';

/** Runs a program that does one thing and ends. Throws {@link StackError} with its last words unless it exits with 0. */
export async function runJob(
  program: Program,
  log: LogFile,
  { signal, timeoutMs = 120_000 }: { signal: AbortSignal; timeoutMs?: number },
): Promise<void> {
  signal.throwIfAborted();
  const complaints = watchComplaints();
  const child = startChild(program, (line, stream) => {
    log.write(line);
    complaints.read(line, stream);
  });
  const stop = (): void => void child.stop(5_000);
  const timer = setTimeout(stop, timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  const { code } = await child.exited;
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  log.close();
  if (code === 0) return;
  const reason = complaints.last() ?? `it ended with code ${code ?? 'unknown'}`;
  throw new StackError(`${program.name} failed: ${reason} Its log: ${log.path}`);
}
