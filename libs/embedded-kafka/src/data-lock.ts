import fs from 'node:fs';
import path from 'node:path';

const lockedHere = new Set<string>();

/** A broker's data directory that cannot be used. */
export class DataDirectoryError extends Error {
  readonly code = 'DATA_DIRECTORY';
}

/**
 * Makes this process the only user of a data directory; returns what gives it up. The lock of a process that is gone
 * counts for nothing, even when another process has its number by now.
 */
export function lockDirectory(directory: string): () => void {
  const resolved = path.resolve(directory);
  const file = path.join(resolved, 'broker.lock');
  try {
    makeDirectory(resolved);
    const holder = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    const pid = Number(holder.split(' ')[0]);
    const isHeld =
      pid === process.pid ? lockedHere.has(resolved) : pid > 0 && holder === describeProcess(pid);
    if (isHeld)
      throw new DataDirectoryError(`The data directory ${resolved} is in use by the process ${pid}.`);
    fs.writeFileSync(file, describeProcess(process.pid) ?? '');
  } catch (error) {
    if (error instanceof DataDirectoryError) throw error;
    throw new DataDirectoryError(`The data directory ${resolved} cannot be written: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  lockedHere.add(resolved);
  return () => {
    lockedHere.delete(resolved);
    fs.rmSync(file, { force: true });
  };
}

/** With its parents. Node's own `recursive` never returns where the system answers ENOENT again and again, as under /proc. */
function makeDirectory(directory: string): void {
  if (fs.existsSync(directory)) return;
  makeDirectory(path.dirname(directory));
  fs.mkdirSync(directory);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A process by number and, where the system tells it, time of start; undefined when it does not run. */
function describeProcess(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  return `${pid} ${startTime(pid)}`;
}

function startTime(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    /* Field 22; the name before it stands in brackets and may hold blanks. */
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return ''; // Not every system has /proc; the number alone has to do there.
  }
}
