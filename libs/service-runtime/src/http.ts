import { createServer } from 'node:http';
import type { RequestListener, Server, ServerOptions } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { metricsHandler } from '@tributary/telemetry';
import express from 'express';
import type { Express } from 'express';
import type { Lifecycle, Member } from './lifecycle.ts';

/**
 * An Express app with what every service serves: `/health/live` (the process runs), `/health/ready` (503 with the reason
 * when a part of it does not work) and `/metrics`. Routes are added after; `notFound` and `errorHandler` come last.
 */
export function createServiceApp(lifecycle: Lifecycle): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/health/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  app.get('/health/ready', (_request, response) => {
    const { ready, checks } = lifecycle.health();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', checks });
  });
  app.get('/metrics', metricsHandler);
  return app;
}

/** Longer than the idle time of the usual proxies (60 s), so that it is the proxy that closes an idle connection. */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000;

export interface HttpServerOptions extends ServerOptions {
  port: number;
  host: string;
  /**
   * How long a stop goes on taking requests, readiness being red: a listener that closes at once refuses a balancer that
   * has not looked yet, and resets connections on which a request is on its way.
   */
  drainDelayMs?: number;
}

/** A server as a member of the lifecycle: listens on start; on stop takes no more and finishes what is in flight. */
export function httpServer(
  handler: RequestListener,
  { port, host, drainDelayMs = 0, ...options }: HttpServerOptions,
): Member & { server: Server; port: () => number } {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS, ...options }, handler);
  let draining = false;
  // A keep-alive connection would outlive the drain: each answer from now on closes its own.
  server.prependListener('request', (_request, response) => {
    if (draining) response.setHeader('connection', 'close');
  });
  return {
    server,
    port: () => (server.address() as { port: number }).port,
    start: () =>
      new Promise<void>((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => {
          reject(
            error.code === 'EADDRINUSE'
              ? new Error(`Port ${port} is in use: set PORT to a free one.`, { cause: error })
              : error,
          );
        });
        server.listen(port, host, resolve);
      }),
    stop: async () => {
      draining = true;
      if (!server.listening) return;
      await delay(drainDelayMs);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    },
    health: () => ({ healthy: server.listening, detail: server.listening ? 'listening' : 'not listening' }),
  };
}
