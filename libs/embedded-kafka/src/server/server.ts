import { once } from 'node:events';
import net from 'node:net';
import type { Socket } from 'node:net';
import { serveConnection } from './connection.ts';
import type { ConnectionOptions } from './connection.ts';

export interface ServerOptions extends ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
}

/** A listening server. */
export interface Server {
  readonly port: number;
  /** Stops listening and closes all connections. */
  close(): Promise<void>;
}

/** Listens for clients; rejects with the system's error when it cannot. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    if (sockets.size >= options.maxConnections) {
      options.context.log(
        'warn',
        `refusing a connection beyond the ${options.maxConnections} that are allowed`,
      );
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, options);
  });
  server.listen({ port: options.port, host: options.host, backlog: 1024 });
  await once(server, 'listening');
  server.on('error', (error) => options.context.log('warn', `cannot accept a connection: ${error.message}`));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
