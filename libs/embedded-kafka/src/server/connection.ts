import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { BrokerContext, Handler } from '../broker-context.ts';
import { handlers } from '../handlers/handlers.ts';
import { giveBack } from '../log/read-buffers.ts';
import { apiOfKey, apis, isServed, readHeader, readRequest, writeResponse } from '../protocol/apis.ts';
import type { ApiName } from '../protocol/apis.ts';
import { errors } from '../protocol/errors.ts';
import { versionRange } from '../protocol/schema.ts';
import { ProtocolError, WireReader } from '../protocol/wire.ts';
import type { ByteBudget } from './byte-budget.ts';
import { FrameReader, SMALL_FRAME_BYTES } from './frame-reader.ts';

/** Requests that may wait on a connection while one is worked on; beyond them the socket is not read. */
const MAX_QUEUED = 32;
/** The same in bytes, of frames that are not part of the common budget. */
const MAX_QUEUED_BYTES = 64 << 10;

export interface ConnectionOptions {
  readonly context: BrokerContext;
  readonly budget: ByteBudget;
  readonly maxFrameBytes: number;
  readonly frameTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Told of every answer's size when it is written, and of the negative when the operating system has it. */
  readonly onOutput: (bytes: number) => void;
}

/**
 * One client. Its requests are worked on one after the other and answered in order, as the protocol promises; while an
 * answer is not taken by the client, its next request waits.
 */
export function serveConnection(socket: Socket, options: ConnectionOptions): void {
  const { context } = options;
  const peer = `${socket.remoteAddress}:${socket.remotePort}`;
  const gone = new AbortController();
  const queue: { frame: Buffer; done: () => void }[] = [];
  let queuedBytes = 0;
  let isWorking = false;
  const isFull = () => queue.length >= MAX_QUEUED || queuedBytes >= MAX_QUEUED_BYTES;

  const reader = new FrameReader({
    maxFrameBytes: options.maxFrameBytes,
    budget: options.budget,
    frameTimeoutMs: options.frameTimeoutMs,
    onFrame: (frame, done) => {
      queue.push({ frame, done });
      queuedBytes += unbudgetedBytes(frame);
      if (isFull()) socket.pause();
      if (!isWorking) void work();
    },
    onFault: (why) => close(why),
    pause: () => socket.pause(),
    resume: () => {
      if (!isFull()) socket.resume();
    },
  });

  function close(why: string): void {
    context.log('warn', `closing the connection of ${peer}: ${why}`);
    socket.destroy();
  }

  async function work(): Promise<void> {
    isWorking = true;
    for (let next = queue.shift(); next && !socket.destroyed; next = queue.shift()) {
      const wasFull = isFull();
      queuedBytes -= unbudgetedBytes(next.frame);
      try {
        const answer = await respond(next.frame);
        if (answer) await send(answer);
      } catch (error) {
        close(faultOf(error));
      } finally {
        next.done();
      }
      if (wasFull && !isFull()) socket.resume();
    }
    isWorking = false;
  }

  async function respond(frame: Buffer): Promise<Buffer[] | undefined> {
    const wire = new WireReader(frame);
    const { apiKey, version, correlationId } = readHeader(wire);
    const name = apiOfKey(apiKey);
    if (name === undefined) throw new ProtocolError(`API key ${apiKey} is not served`);
    if (!isServed(name, version)) {
      if (name === 'apiVersions') return unsupportedApiVersions(correlationId);
      throw new ProtocolError(`version ${version} of ${apis[name].name} is not served`);
    }
    const { clientId, request } = readRequest(wire, name, version);
    const client = { version, clientId, clientHost: `/${socket.remoteAddress ?? ''}`, gone: gone.signal };
    const response = await (handlers[name] as Handler<ApiName>)(context, request, client);
    const isSilent = name === 'produce' && 'acks' in request && request.acks === 0;
    return isSilent || socket.destroyed ? undefined : writeResponse(name, version, correlationId, response);
  }

  async function send(chunks: readonly Buffer[]): Promise<void> {
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    options.onOutput(size);
    socket.cork();
    chunks.forEach((chunk, i) => {
      if (i < chunks.length - 1) socket.write(chunk);
      else {
        socket.write(chunk, () => {
          options.onOutput(-size);
          chunks.forEach(giveBack);
        });
      }
    });
    socket.uncork();
    if (!socket.writableNeedDrain) return;
    /* A connection that ends while it waits ends the wait as well, and its loop sees that it is over. */
    await once(socket, 'drain', { signal: gone.signal }).catch(() => undefined);
  }

  socket.setNoDelay(true);
  socket.setTimeout(options.idleTimeoutMs, () => socket.destroy());
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    gone.abort();
    reader.close();
    for (const { done } of queue.splice(0)) done();
  });
}

function unbudgetedBytes(frame: Buffer): number {
  return frame.length > SMALL_FRAME_BYTES ? 0 : frame.length;
}

/** An unknown version of ApiVersions is answered in version 0 with the versions that are known (KIP-511). */
function unsupportedApiVersions(correlationId: number): Buffer[] {
  const { key, versions } = apis.apiVersions;
  const { min, max } = versionRange(versions);
  return writeResponse('apiVersions', 0, correlationId, {
    errorCode: errors.UNSUPPORTED_VERSION,
    apiKeys: [{ apiKey: key, minVersion: min, maxVersion: max }],
  });
}

/** What to log of a failed request: a broken frame is the client's fault, anything else comes with its stack. */
function faultOf(error: unknown): string {
  if (error instanceof ProtocolError || error instanceof RangeError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
