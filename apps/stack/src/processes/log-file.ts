import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** Output of a process, kept on disk within a bound: the file and one older one (`.1`), each up to `maxBytes`. */
export interface LogFile {
  path: string;
  write: (line: string) => void;
  close: () => void;
}

/**
 * Opens a log for appending. A disk that takes no more must not end the process that reports it: the lines are dropped,
 * and `onFailure` is told once.
 */
export function openLogFile(
  path: string,
  { maxBytes = 10 * 1024 * 1024, onFailure }: { maxBytes?: number; onFailure: (error: Error) => void },
): LogFile {
  let file = openSync(path, 'a', 0o600);
  let size = fstatSync(file).size;
  let failed = false;
  let closed = false;

  function rotate(): void {
    closeSync(file);
    if (existsSync(path)) renameSync(path, `${path}.1`);
    file = openSync(path, 'a', 0o600);
    size = 0;
  }

  return {
    path,
    write: (line) => {
      if (closed) return;
      const bytes = Buffer.from(`${line}\n`);
      try {
        if (size > 0 && size + bytes.length > maxBytes) rotate();
        size += writeSync(file, bytes);
        failed = false;
      } catch (error) {
        if (!failed) onFailure(error as Error);
        failed = true;
      }
    },
    close: () => {
      if (!closed) closeSync(file);
      closed = true;
    },
  };
}
