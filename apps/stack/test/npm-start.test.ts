import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { eventually, patience } from '@tributary/testing';
import type { StackDescription } from '../src/stack.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tributary-stack-'));
const data = join(folder, 'data');

const launched: ChildProcess[] = [];
afterEach(() => {
  // SIGTERM, so that a failed test leaves nothing behind either.
  for (const child of launched.splice(0)) child.kill('SIGTERM');
});
afterAll(async () => {
  await eventually(() => expect(processesOf(data)).toEqual([]));
  rmSync(folder, { recursive: true, force: true });
});

interface Launch {
  child: ChildProcess;
  exited: Promise<number | null>;
  /** The JSON line; rejects when the stack ends without it. */
  ready: Promise<StackDescription>;
  errors: () => string;
}

/** `npm start` in a process group of its own, as a terminal starts it. */
function launch(...flags: string[]): Launch {
  const args = [
    '--conditions=tributary-source',
    'apps/stack/src/main.ts',
    '--json',
    '--data',
    data,
    ...flags,
  ];
  const { KAFKA_BROKERS: _kafka, DATABASE_URL: _postgres, NODE_OPTIONS: _options, ...env } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...env, ...patience },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  launched.push(child);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const line = new Promise<StackDescription>((resolve) =>
    child.stdout.on('data', () => {
      if (output.endsWith('}\n')) resolve(JSON.parse(output) as StackDescription);
    }),
  );
  const ended = exited.then((code) => {
    throw new Error(`The stack ended with ${code}: ${errors}`);
  });
  const ready = Promise.race([line, ended]);
  // Not every test waits for it.
  ready.catch(() => undefined);
  return { child, exited, ready, errors: () => errors };
}

const freePorts = ['--port', '0', '--kafka-port', '0', '--postgres-port', '0'];

/** Processes whose command line or environment names the data folder: everything that a stack started. */
function processesOf(path: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return command.includes(path) || environment.includes(path) ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
}

describe('npm start', () => {
  it('runs the system, keeps it running, and stops all of it by Ctrl-C', async () => {
    const stack = launch(...freePorts, '--instances', 'ingress=2');
    const { url, api_url, api_key, account, workspace, webhooks, processes } = await stack.ready;
    expect(webhooks.map(({ name }) => name)).toEqual(['demo-static', 'demo-dynamic', 'demo-cloudevent']);
    expect(processes.map(({ service, instance }) => `${service}-${instance}`)).toEqual([
      'ingress-0',
      'ingress-1',
      'template-renderer-0',
      'event-store-0',
      'management-0',
    ]);
    const answer = await fetch(webhooks[0]!.url);
    expect([answer.status, answer.url.startsWith(`${url}/hooks/`)]).toEqual([204, true]);
    const events = `${api_url}/accounts/${account}/workspaces/${workspace}/events/filter`;
    await eventually(async () => {
      const headers = { authorization: `Bearer ${api_key}`, 'content-type': 'application/json' };
      const found = (await (await fetch(events, { method: 'POST', headers, body: '{}' })).json()) as {
        total: number;
      };
      expect(found.total).toBeGreaterThanOrEqual(1);
    });

    // One of two dies: the other answers, and it comes back.
    process.kill(processes[0]!.pid, 'SIGKILL');
    await eventually(() =>
      expect(stack.errors()).toMatch(/ingress-0 ended \(SIGKILL\); starting it again in 0.5 s/),
    );
    expect((await fetch(webhooks[0]!.url)).status).toBe(204);
    await eventually(() => expect(stack.errors()).toMatch(/ingress-0 is ready again/));

    const second = launch(...freePorts);
    expect(await second.exited).toBe(1);
    expect(second.errors()).toMatch(
      new RegExp(`is in use by another running stack \\(process ${stack.child.pid}\\)`),
    );

    // A terminal signals the whole group, and npm passes the signal on once more.
    process.kill(-stack.child.pid!, 'SIGINT');
    stack.child.kill('SIGINT');
    expect(await stack.exited).toBe(0);
    expect(processesOf(data)).toEqual([]);
  }, 300_000);

  it('names the port in use and its flag', async () => {
    const { createServer } = await import('node:net');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const stack = launch('--port', '0', '--kafka-port', String(port), '--postgres-port', '0');
    expect(await stack.exited).toBe(1);
    expect(stack.errors()).toBe(
      `Port ${port} is in use: stop what uses it, or choose another with --kafka-port.\n`,
    );
    server.close();
  });

  it('stops cleanly in the middle of its start', async () => {
    const stack = launch(...freePorts);
    await eventually(() => expect(processesOf(data).length).toBeGreaterThan(2));
    process.kill(-stack.child.pid!, 'SIGINT');
    expect(await stack.exited).toBe(0);
    expect(processesOf(data)).toEqual([]);
  });

  it('leaves nothing behind when it is killed, and starts again with what was kept', async () => {
    const stack = launch(...freePorts);
    const first = await stack.ready;
    stack.child.kill('SIGKILL');
    const again = launch(...freePorts);
    const second = await again.ready;
    expect([second.account, second.webhooks.map(({ id }) => id)]).toEqual([
      first.account,
      first.webhooks.map(({ id }) => id),
    ]);
    const current = new Set(second.processes.map(({ pid }) => pid));
    const old = first.processes.map(({ pid }) => `${pid} `).filter((pid) => !current.has(Number(pid)));
    await eventually(() =>
      expect(processesOf(data).filter((each) => old.some((pid) => each.startsWith(pid)))).toEqual([]),
    );
    again.child.kill('SIGTERM');
    expect(await again.exited).toBe(0);
    expect(processesOf(data)).toEqual([]);
  }, 300_000);
});
