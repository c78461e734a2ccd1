import { createHash } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StackError } from '../stack-error.ts';

/** Longest path a Unix socket can have on the systems we run on (macOS has 104 bytes with the final zero). */
const MAX_SOCKET_PATH_BYTES = 100;

/** A data folder held by this process until `release`, or until the process ends in whatever way. */
export interface Lock {
  /** The last holder ended without releasing: its children may still be on their way out. */
  takenOver: boolean;
  release: () => Promise<void>;
}

/**
 * Takes the folder for this process, or throws a {@link StackError} that names the process which has it. The lock is a
 * listening socket, not a file with a process id: the kernel drops it with its process, and a process id that was given
 * to somebody else cannot lock a user out.
 */
export async function lockFolder(folder: string): Promise<Lock> {
  const path = socketPath(folder);
  const holder = await ask(path);
  if (holder !== undefined) throw inUse(folder, holder);
  const takenOver = removeStale(path);
  const server = createServer((socket) => socket.end(String(process.pid)));
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  }).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? inUse(folder, 'unknown') : error;
  });
  // Two that start at once may each have removed the other's socket: whoever answers there now has the folder.
  const winner = await ask(path);
  if (winner !== String(process.pid)) {
    server.close();
    throw inUse(folder, winner ?? 'unknown');
  }
  return { takenOver, release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function inUse(folder: string, holder: string): StackError {
  return new StackError(
    `${folder} is in use by another running stack (process ${holder}): stop that one, or choose another folder with --data.`,
  );
}

function socketPath(folder: string): string {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\tributary-${hash}`;
  const path = join(folder, 'lock.sock');
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES ? path : join(tmpdir(), `tributary-${hash}.sock`);
}

/** What the holder of the lock says its process id is; undefined when nobody listens. */
function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.once('end', () => resolve(answer));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      ['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(error.code ?? '') ? resolve(undefined) : reject(error),
    );
  });
}

function removeStale(path: string): boolean {
  if (process.platform === 'win32') return false;
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
