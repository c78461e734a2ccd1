import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { choosePorts, HOST, preferPorts } from './ports.ts';

let taken: Server;
let port: number;
beforeEach(async () => {
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, HOST, resolve));
  port = (taken.address() as AddressInfo).port;
});
afterEach(() => void taken.close());

describe('ports', () => {
  it('in use are named together with the flag that chooses another', async () => {
    await expect(choosePorts([{ port, flag: '--kafka-port' }])).rejects.toThrow(
      `Port ${port} is in use: stop what uses it, or choose another with --kafka-port.`,
    );
  });

  it('that are about to be left are waited for', async () => {
    const choosing = choosePorts([{ port, flag: '--port' }], { patienceMs: 10_000 });
    taken.close();
    expect(await choosing).toEqual([port]);
  });

  it('of 0 are different free ones', async () => {
    const wanted = Array.from({ length: 20 }, () => ({ port: 0, flag: '--port' }));
    expect(new Set(await choosePorts(wanted)).size).toBe(20);
  });

  it('of services fall back to free ones', async () => {
    const [other] = await preferPorts([port]);
    expect(other).not.toBe(port);
  });
});
