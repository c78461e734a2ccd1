import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDataFolder } from './data-folder.ts';

let parent: string;
let path: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'tributary-data-'));
  path = join(parent, 'data');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const open = (fresh = false) => openDataFolder(path, { fresh });

describe('the data folder', () => {
  it('keeps its secrets from one start to the next, readable to its owner alone', async () => {
    const first = await open();
    const { secrets } = first;
    await first.lock.release();
    expect(secrets.apiKey).toMatch(/^tbk_[\w-]{43}$/);
    expect(Buffer.from(secrets.masterKey.replace('k1:', ''), 'base64')).toHaveLength(32);
    expect(statSync(join(path, 'secrets.json')).mode & 0o777).toBe(0o600);
    const second = await open();
    expect(second.secrets).toEqual(secrets);
    await second.lock.release();
  });

  it('makes other secrets for another installation', async () => {
    const one = await open();
    const other = await openDataFolder(join(parent, 'other'), { fresh: false });
    for (const name of Object.keys(one.secrets) as (keyof typeof one.secrets)[])
      expect(one.secrets[name]).not.toBe(other.secrets[name]);
    await Promise.all([one.lock.release(), other.lock.release()]);
  });

  it('remembers that the demo was made', async () => {
    const first = await open();
    expect(first.state.demoCreated).toBe(false);
    first.remember({ demoCreated: true });
    await first.lock.release();
    const second = await open();
    expect(second.state.demoCreated).toBe(true);
    await second.lock.release();
  });

  it('is emptied by --fresh', async () => {
    const first = await open();
    writeFileSync(join(first.folder('kafka'), 'log'), 'x');
    await first.lock.release();
    const second = await open(true);
    expect(existsSync(join(path, 'kafka'))).toBe(false);
    expect(second.secrets.apiKey).not.toBe(first.secrets.apiKey);
    await second.lock.release();
  });

  it('is refused while another stack uses it, by whatever name', async () => {
    const first = await open();
    symlinkSync(path, join(parent, 'link'));
    const refusal = `${path} is in use by another running stack (process ${process.pid})`;
    await expect(open()).rejects.toThrow(refusal);
    await expect(openDataFolder(join(parent, 'link'), { fresh: true })).rejects.toThrow(refusal);
    await first.lock.release();
    await (await open()).lock.release();
  });

  it('is locked also where its path is longer than a socket may have', async () => {
    path = join(parent, 'x'.repeat(120));
    const first = await open();
    await expect(open()).rejects.toThrow('is in use');
    await first.lock.release();
  });

  it('is taken over from a stack that was killed', async () => {
    mkdirSync(path);
    // What a killed process leaves: a socket that nobody listens on. Closing would remove it, so it is linked first.
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(path, 'born.sock'), resolve));
    const { linkSync } = await import('node:fs');
    linkSync(join(path, 'born.sock'), join(path, 'lock.sock'));
    await new Promise((resolve) => server.close(resolve));
    const data = await open();
    expect(data.lock.takenOver).toBe(true);
    await data.lock.release();
  });

  it('of a newer version is refused and left as it is', async () => {
    await (await open()).lock.release();
    const text = '{"version":2,"demoCreated":true}';
    writeFileSync(join(path, 'stack.json'), text);
    await expect(open()).rejects.toThrow('was written by a newer Tributary (layout 2, this one knows 1)');
    expect(readFileSync(join(path, 'stack.json'), 'utf8')).toBe(text);
  });

  it('with a stranger in it is neither filled nor emptied', async () => {
    mkdirSync(path);
    writeFileSync(join(path, 'thesis.txt'), 'x');
    await expect(open(true)).rejects.toThrow('holds other files (thesis.txt)');
    expect(existsSync(join(path, 'thesis.txt'))).toBe(true);
  });

  it.each(['secrets.json', 'stack.json'])('with a damaged %s says so', async (file) => {
    await (await open()).lock.release();
    writeFileSync(join(path, file), '{"vers');
    await expect(open()).rejects.toThrow(`${join(path, file)} is damaged`);
  });

  it('where no folder can be made is refused in a sentence', async () => {
    path = '/proc/tributary/data';
    await expect(open()).rejects.toThrow(`${path} cannot be written: choose another folder with --data`);
  });

  it('that is a file is refused in a sentence', async () => {
    writeFileSync(path, '');
    await expect(open()).rejects.toThrow(`${path} is not a folder: choose another with --data.`);
  });
});
