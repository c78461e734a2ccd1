import { createServer, request } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HOST, preferPorts } from '../processes/ports.ts';
import type { Address } from './failover-agent.ts';
import { startProxy } from './proxy.ts';
import type { Proxy } from './proxy.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function standIn(listener: RequestListener): Promise<Address & { server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: HOST, port: (server.address() as AddressInfo).port, server };
}

async function proxyTo(ingress: Address[]): Promise<Proxy> {
  const nowhere = [{ host: HOST, port: (await preferPorts([0]))[0]! }];
  const instances = { ingress, 'event-store': nowhere, 'template-renderer': nowhere, management: nowhere };
  const proxy = await startProxy({ host: HOST, port: 0, instances, graceMs: 200 });
  closers.push(() => proxy.stop());
  return proxy;
}

/** A request with its path exactly as given: fetch would normalise it. */
function send(
  proxy: Proxy,
  path: string,
  body?: string,
  headers: Record<string, string | string[]> = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    request({ host: HOST, port: proxy.port, path, method, headers }, resolve).once('error', reject).end(body);
  });
}

const named =
  (name: string): RequestListener =>
  (_request, response) =>
    response.end(name);

describe('the proxy', () => {
  it('hands on path, query, headers and body as they were sent', async () => {
    const service = await standIn((incoming, response) => {
      void text(incoming).then((body) =>
        response
          .writeHead(201, { 'x-execution-id': 'e1' })
          .end(JSON.stringify([incoming.url, incoming.headers, body])),
      );
    });
    const proxy = await proxyTo([service]);
    const path = '/hooks/s//a/../%2F%zz?q=a//b&q=?';
    const answer = await send(proxy, path, 'exact  bytes', { 'x-own': 'v', host: 'tributary.example:1' });
    expect([answer.statusCode, answer.headers['x-execution-id']]).toEqual([201, 'e1']);
    const [url, headers, body] = JSON.parse(await text(answer)) as [string, Record<string, string>, string];
    expect([url, body]).toEqual([path, 'exact  bytes']);
    expect(headers).toMatchObject({ 'x-own': 'v', host: 'tributary.example:1', 'x-forwarded-for': HOST });
  });

  it('hands on headers that were sent more than once as so many, which to a credential makes a difference', async () => {
    const proxy = await proxyTo([
      await standIn(({ headersDistinct }, response) => response.end(JSON.stringify(headersDistinct))),
    ]);
    const sent = {
      authorization: ['Bearer a', 'Bearer b'],
      'x-own': ['1', '2'],
      'x-forwarded-for': ['9.9.9.9', '8.8.8.8'],
    };
    expect(JSON.parse(await text(await send(proxy, '/hooks/s', '{}', sent)))).toMatchObject({
      authorization: sent.authorization,
      'x-own': sent['x-own'],
      'x-forwarded-for': [`9.9.9.9, 8.8.8.8,${HOST}`],
    });
  });

  it('takes a whole URL for its path', async () => {
    const proxy = await proxyTo([await standIn((incoming, response) => response.end(incoming.url))]);
    expect(await text(await send(proxy, 'http://tributary.example:4200/hooks/s?x'))).toBe('/hooks/s?x');
    expect((await send(proxy, 'http://tributary.example')).statusCode).toBe(404);
  });

  it('answers who offers HTTP/2 with the request, and who sends a long head', async () => {
    const proxy = await proxyTo([await standIn(named('here'))]);
    const offer = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQAAP__',
    };
    expect(await text(await send(proxy, '/hooks/s', '{}', offer))).toBe('here');
    // The stand-in's own bound answers.
    expect((await send(proxy, '/hooks/s', '{}', { x: 'x'.repeat(40_000) })).statusCode).toBe(431);
  });

  it('takes the instances in turn', async () => {
    const proxy = await proxyTo([await standIn(named('a')), await standIn(named('b'))]);
    const answers: string[] = [];
    for (let call = 0; call < 6; call++) answers.push(await text(await send(proxy, '/hooks/s')));
    expect(answers.join('')).toBe('ababab');
  });

  it('passes over an instance that refuses the connection, whole body included', async () => {
    const [closed] = await preferPorts([0]);
    const alive = await standIn(
      (incoming, response) => void text(incoming).then((body) => response.end(body)),
    );
    const proxy = await proxyTo([{ host: HOST, port: closed! }, alive]);
    const body = 'x'.repeat(300_000);
    for (let call = 0; call < 4; call++) expect(await text(await send(proxy, '/hooks/s', body))).toBe(body);
  });

  it('does not send a request twice: an instance that breaks off is a 502', async () => {
    let calls = 0;
    const breaking: RequestListener = (incoming) => {
      calls++;
      incoming.socket.destroy();
    };
    const proxy = await proxyTo([await standIn(breaking), await standIn(breaking)]);
    expect((await send(proxy, '/hooks/s', 'body')).statusCode).toBe(502);
    expect(calls).toBe(1);
  });

  it('answers 503 with Retry-After when no instance runs, 404 where no service is', async () => {
    const proxy = await proxyTo([await standIn(named('a'))]);
    const unavailable = await send(proxy, '/api/events', '{}');
    expect([unavailable.statusCode, unavailable.headers['retry-after']]).toEqual([503, '1']);
    expect(unavailable.headers['content-type']).toBe('application/problem+json');
    expect((await send(proxy, '/elsewhere')).statusCode).toBe(404);
  });

  it('carries websockets both ways', async () => {
    const service = await standIn(named('plain'));
    service.server.on('upgrade', (_request, socket) => {
      closers.push(() => socket.destroy());
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n');
      socket.on('data', (data: Buffer) => socket.write(`echo ${data.toString()}`));
    });
    const proxy = await proxyTo([service]);
    const socket = connect(proxy.port, HOST);
    closers.push(() => socket.destroy());
    let seen = '';
    const reading = new Promise<void>((resolve) => {
      socket.setEncoding('utf8').on('data', (data: string) => {
        seen += data;
        if (seen.endsWith('\r\n\r\n')) socket.write('ping');
        if (seen.endsWith('echo ping')) resolve();
      });
    });
    socket.write('GET /hooks/live HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
    await reading;
    expect(seen).toMatch(/^HTTP\/1\.1 101 /);
  });

  it('lets a request in flight end when it stops', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const proxy = await proxyTo([
      await standIn((_request, response) => {
        arrive();
        void released.then(() => response.end('whole'));
      }),
    ]);
    const answer = send(proxy, '/hooks/s');
    await arrived;
    const stopped = proxy.stop();
    release();
    expect(await text(await answer)).toBe('whole');
    await stopped;
  });
});
