import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createProxyServer } from 'http-proxy-3';
import type { ServiceName } from '../services.ts';
import { roundRobin } from './failover-agent.ts';
import type { Address } from './failover-agent.ts';
import { serviceFor } from './routes.ts';

/** One origin in front of all services. */
export interface Proxy {
  port: number;
  /** Takes no more connections, lets the requests in flight end, and closes what is open after `graceMs`. */
  stop: () => Promise<void>;
}

export interface ProxyOptions {
  host: string;
  port: number;
  instances: Record<ServiceName, Address[]>;
  graceMs?: number;
}

const serverOptions = {
  keepAliveTimeout: 65_000,
  /** A service bounds its heads itself. */
  maxHeaderSize: 131_072,
  /** Some clients offer HTTP/2 with every first request; without this Node takes it for an upgrade, and answers nothing. */
  shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
};

/** Starts the proxy. Path, query and body reach the service as they were sent; websockets too. */
export async function startProxy({ host, port, instances, graceMs = 5_000 }: ProxyOptions): Promise<Proxy> {
  // `toProxy` without `prependPath` leaves the target alone: it would be normalised otherwise.
  const proxy = createProxyServer({ xfwd: true, toProxy: true, prependPath: false });
  const balancers = new Map(Object.entries(instances).map(([name, each]) => [name, roundRobin(each)]));
  const target = (service: ServiceName) => ({
    // The agent connects to an instance of its choice; the name keeps connections apart.
    target: { protocol: 'http:', host: service, port: 80 },
    agent: balancers.get(service)!.next(),
  });

  const server = createServer(serverOptions, (request, response) => {
    // To an offer that is not taken up there is nothing to hand on (RFC 9110, 7.8).
    delete request.headers.upgrade;
    delete request.headers['http2-settings'];
    // A target may be a whole URL (RFC 9112, 3.2.2).
    request.url = (request.url ?? '/').replace(/^https?:\/\/[^/?#]*/i, '');
    const service = serviceFor(request.url);
    if (service === undefined) return sendProblem(response, 404, 'No service has this path.');
    keepRepeated(request);
    proxy.web(request, response, target(service), (error) => sendUnavailable(response, service, error));
  });
  const upgraded = new Set<Socket>();
  server.on('upgrade', (request, socket: Socket, head) => {
    const service = serviceFor(request.url ?? '/');
    if (service === undefined) return void socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    proxy.ws(request, socket, head, target(service), () => {
      if (socket.writable)
        socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\n\r\n');
    });
  });
  await listen(server, host, port);

  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      for (const socket of upgraded) socket.end();
      const timer = setTimeout(() => {
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(timer);
      for (const balancer of balancers.values()) balancer.destroy();
    },
  };
}

/** Those that are about this connection, or that the proxy writes itself. */
const OWN_HEADERS = /^(?:host|connection|transfer-encoding|x-forwarded-.*)$/;

/**
 * Of a header that was sent more than once Node keeps the first or joins them all. A service shall see what was sent: it refuses
 * a credential that is there twice.
 */
function keepRepeated({ headers, headersDistinct }: IncomingMessage): void {
  for (const [name, values = []] of Object.entries(headersDistinct))
    if (values.length > 1 && !OWN_HEADERS.test(name)) headers[name] = values;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function sendUnavailable(
  response: ServerResponse | Socket,
  service: string,
  error: NodeJS.ErrnoException,
): void {
  if (!('writeHead' in response)) return void response.destroy();
  // The answer has begun: all that is left is to say, by breaking it off, that it is not whole.
  if (response.headersSent) return void response.destroy();
  const refused = error.code === 'ECONNREFUSED';
  if (refused) response.setHeader('retry-after', '1');
  sendProblem(
    response,
    refused ? 503 : 502,
    refused ? `${service} is not running.` : `${service} broke off: ${error.message}.`,
  );
}

/** RFC 9457. */
function sendProblem(response: ServerResponse, status: number, detail: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail }));
}
