import { once } from 'node:events';
import net from 'node:net';
import { readResponse, writeRequest } from './client-frames.ts';
import type { ApiName, apis } from '../src/protocol/apis.ts';
import type { Decoded, Encodable } from '../src/protocol/schema.ts';

export type AnyRequest<N extends ApiName> = Encodable<(typeof apis)[N]['request']>;
export type AnyResponse<N extends ApiName> = Decoded<(typeof apis)[N]['response']>;

/** A connection on which a test says exactly what it wants to say. */
export interface FrameClient {
  readonly socket: net.Socket;
  /** Sends a request and waits for its answer; rejects when the connection is closed instead. */
  send<N extends ApiName>(name: N, version: number, request: AnyRequest<N>): Promise<AnyResponse<N>>;
  /** Sends bytes as they are. */
  write(bytes: Buffer): void;
  /** The next frame, without its size. */
  next(): Promise<Buffer>;
  close(): void;
}

export async function connectFrames(port: number, host = '127.0.0.1'): Promise<FrameClient> {
  const socket = net.connect(port, host);
  await once(socket, 'connect');
  let received: Buffer = Buffer.alloc(0);
  let wake = () => undefined as void;
  let isClosed = false;
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isClosed = true;
    wake();
  });
  const next = async (): Promise<Buffer> => {
    for (;;) {
      const size = received.length >= 4 ? received.readInt32BE(0) + 4 : Infinity;
      if (received.length >= size) {
        const frame = received.subarray(4, size);
        received = received.subarray(size);
        return frame;
      }
      if (isClosed) throw new Error('the connection was closed');
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  let correlationId = 0;
  return {
    socket,
    next,
    write: (bytes) => void socket.write(bytes),
    close: () => socket.destroy(),
    async send(name, version, request) {
      correlationId++;
      socket.write(Buffer.concat(writeRequest(name, version, correlationId, request)));
      const answer = readResponse(await next(), name, version);
      if (answer.correlationId !== correlationId || answer.left !== 0)
        throw new Error('an answer that does not fit');
      return answer.response;
    },
  };
}
