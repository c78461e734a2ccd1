import { execFileSync } from 'node:child_process';
import type { SpawnOptions } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StackError } from '../stack-error.ts';

/** As whom PostgreSQL's programs run. */
export interface RunAs {
  /** User to change to; absent: as we are. */
  user?: { uid: number; gid: number };
  /** Program and arguments put before a command. */
  prefix: string[];
}

/**
 * PostgreSQL refuses to run as root. Root starts it as an unprivileged user that every system has instead: the owner of
 * its data, else `postgres`, else `nobody`. A clone under /root is closed to that user; on Linux the process is then
 * given the one capability that opens it, which PostgreSQL does not mind. Throws {@link StackError} where neither helps.
 *
 * @param needed Files and folders that it must reach.
 */
export function chooseRunAs(dataFolder: string, needed: string[]): RunAs {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const user = ownerOf(dataFolder) ?? lookUp('postgres') ?? lookUp('nobody');
  if (user === undefined)
    throw new StackError(
      'PostgreSQL does not run as root, and there is no user nobody: start as another user.',
    );
  const closed = needed.map((path) => closedTo(user, path)).find((path) => path !== undefined);
  if (closed === undefined) return { user, prefix: [] };
  const setpriv = findSetpriv();
  if (setpriv === undefined)
    throw new StackError(
      `PostgreSQL does not run as root, and the user it would run as instead cannot open ${closed}: start as another user, or move the clone and --data out of ${closed}.`,
    );
  const { uid, gid } = user;
  return {
    user,
    prefix: [
      setpriv,
      ...[`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'],
      ...['--inh-caps=-all,+dac_override', '--ambient-caps=+dac_override', '--'],
    ],
  };
}

/** Command, arguments and options for `spawn`, as that user. */
export function spawnAs(
  { user, prefix }: RunAs,
  command: string,
  args: string[],
): [string, string[], SpawnOptions] {
  const [first, ...rest] = [...prefix, command, ...args];
  return [first!, rest, prefix.length === 0 && user ? { ...user } : {}];
}

function ownerOf(path: string): { uid: number; gid: number } | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined || stats.uid === 0 ? undefined : { uid: stats.uid, gid: stats.gid };
}

function lookUp(name: string): { uid: number; gid: number } | undefined {
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString());
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** The topmost folder, or the file itself, that the user cannot pass; undefined when the way is open. */
function closedTo({ uid, gid }: { uid: number; gid: number }, path: string): string | undefined {
  const above = dirname(path) === path ? undefined : closedTo({ uid, gid }, dirname(path));
  if (above !== undefined) return above;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const shift = stats.uid === uid ? 6 : stats.gid === gid ? 3 : 0;
  return (stats.mode >> shift) & 0o1 ? undefined : path;
}

function findSetpriv(): string | undefined {
  return ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
