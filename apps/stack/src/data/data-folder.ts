import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { diskSentence, StackError } from '../stack-error.ts';
import { lockFolder } from './lock.ts';
import type { Lock } from './lock.ts';
import { readJson, writeJson } from './json-file.ts';
import { loadSecrets } from './secrets.ts';
import type { Secrets } from './secrets.ts';

/** Version of the folder's layout. A stack refuses a folder of a later one instead of guessing. */
const LAYOUT_VERSION = 1;

/** Below this much free space the databases would stop soon after the start. */
const MIN_FREE_BYTES = 256 * 1024 * 1024;

/** What a stack puts into its folder: all that `--fresh` removes. */
const ENTRIES = ['stack.json', 'secrets.json', 'postgres', 'kafka', 'logs', 'cache', '.probe'];

/** What is remembered of this installation, apart from its secrets. */
interface State {
  version: number;
  /** The demo webhooks were made once; one that its user deletes stays deleted. */
  demoCreated: boolean;
  /** For which sources tables and topics were made. */
  prepared: string | null;
}

/** The folder that holds everything that is kept, locked for this process. */
export interface DataFolder {
  path: string;
  secrets: Secrets;
  lock: Lock;
  readonly state: Readonly<State>;
  remember: (change: Partial<Omit<State, 'version'>>) => void;
  /** A folder inside it, made when it is not there. */
  folder: (name: string) => string;
}

/** Opens the folder, makes it at the first start. Throws {@link StackError} for all that its user can put right. */
export async function openDataFolder(wanted: string, { fresh }: { fresh: boolean }): Promise<DataFolder> {
  const asked = resolve(wanted);
  try {
    makeFolder(asked);
    const path = realpathSync(asked);
    probeDisk(path);
    const lock = await lockFolder(path);
    try {
      return open(path, lock, fresh);
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    const sentence = diskSentence(error, asked);
    throw sentence === undefined ? error : new StackError(sentence, { cause: error });
  }
}

/** As a recursive `mkdirSync`, which tries for ever where a file system takes no folders (`/proc`). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch (error) {
    // Another start may have made it meanwhile.
    if (!existsSync(path)) throw error;
  }
}

function open(path: string, lock: Lock, fresh: boolean): DataFolder {
  const stateFile = join(path, 'stack.json');
  if (!existsSync(stateFile)) refuseForeign(path);
  if (fresh)
    for (const entry of ENTRIES.flatMap((name) => [name, `${name}.new`]))
      rmSync(join(path, entry), { recursive: true, force: true });
  const state = readState(stateFile);
  writeJson(stateFile, state);
  return {
    path,
    lock,
    secrets: loadSecrets(join(path, 'secrets.json')),
    state,
    remember: (change) => writeJson(stateFile, Object.assign(state, change)),
    folder: (name) => {
      const folder = join(path, name);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return folder;
    },
  };
}

/** A folder with a stranger's files in it is neither filled nor, with `--fresh`, emptied. */
function refuseForeign(path: string): void {
  const strangers = readdirSync(path).filter(
    (entry) => entry !== 'lock.sock' && !ENTRIES.includes(entry.replace(/\.new$/, '')),
  );
  if (strangers.length > 0)
    throw new StackError(`${path} holds other files (${strangers[0]}): choose an empty folder with --data.`);
}

function readState(file: string): State {
  if (!existsSync(file)) return { version: LAYOUT_VERSION, demoCreated: false, prepared: null };
  const state = readJson(file) as unknown as State;
  if (state.version > LAYOUT_VERSION)
    throw new StackError(
      `${file} was written by a newer Tributary (layout ${state.version}, this one knows ${LAYOUT_VERSION}): update, or choose another folder with --data.`,
    );
  return state;
}

function probeDisk(path: string): void {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  if (free < MIN_FREE_BYTES)
    throw new StackError(
      `The disk that holds ${path} has only ${Math.floor(free / 1_048_576)} MB free; Tributary needs ${MIN_FREE_BYTES / 1_048_576} MB to start.`,
    );
  const probe = join(path, '.probe');
  writeJson(probe, {});
  rmSync(probe);
}
