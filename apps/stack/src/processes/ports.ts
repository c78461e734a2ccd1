import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { StackError } from '../stack-error.ts';

/** Everything embedded listens on the loopback alone: it has no TLS and is for this machine. */
export const HOST = '127.0.0.1';

/** A port that was asked for by a flag. */
export interface WantedPort {
  /** 0 for any free one. */
  port: number;
  /** Flag that chooses another. */
  flag: string;
}

/**
 * The ports to use, in the order asked. They are all held until the last is found, so that no two are the same, and are
 * free again when this resolves. A port in use is waited for up to `patienceMs` (children of a killed stack may still
 * be on their way out), then it is a {@link StackError} that names port and flag.
 */
export async function choosePorts(wanted: WantedPort[], { patienceMs = 0 } = {}): Promise<number[]> {
  return await holding(async (hold) => {
    const ports: number[] = [];
    for (const { port, flag } of wanted) {
      const deadline = Date.now() + patienceMs;
      let held = await hold(port);
      while (held === 'EADDRINUSE' && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        held = await hold(port);
      }
      if (held === 'EADDRINUSE')
        throw new StackError(`Port ${port} is in use: stop what uses it, or choose another with ${flag}.`);
      if (typeof held !== 'number')
        throw new StackError(`Port ${port} cannot be used (${held}): choose another with ${flag}.`);
      ports.push(held);
    }
    return ports;
  });
}

/** The ports where they are free, else any free ones: for what no user addresses. */
export async function preferPorts(wanted: number[]): Promise<number[]> {
  return await holding(async (hold) => {
    const ports: number[] = [];
    for (const port of wanted) {
      const held = await hold(port);
      ports.push(typeof held === 'number' ? held : ((await hold(0)) as number));
    }
    return ports;
  });
}

/** Runs something that holds ports by listening on them, and lets go of them all afterwards. */
async function holding<T>(run: (hold: (port: number) => Promise<number | string>) => Promise<T>): Promise<T> {
  const servers: Server[] = [];
  const hold = (port: number): Promise<number | string> =>
    new Promise((resolve) => {
      const server = createServer();
      server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      server.listen({ port, host: HOST }, () => {
        servers.push(server);
        resolve((server.address() as AddressInfo).port);
      });
    });
  try {
    return await run(hold);
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
