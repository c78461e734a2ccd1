import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { createApiKeyDirectory } from '@tributary/api-auth';
import type { ApiKeyDirectory } from '@tributary/api-auth';
import { rejectedRequest } from '@tributary/event-schemas';
import type { RejectedRequest } from '@tributary/event-schemas';
import type { OutgoingRecord } from '@tributary/messaging';
import { createLogger } from '@tributary/service-runtime';
import { createCallLimits } from '../../src/call-limits.ts';
import type { CallEnd } from '../../src/call-observer.ts';
import { createExecutionIds } from '../../src/execution-id.ts';
import { createGuards } from '../../src/guard.ts';
import type { Receiving } from '../../src/http/call.ts';
import { receiveWebhook } from '../../src/http/receive-webhook.ts';
import { createInFlightBound } from '../../src/in-flight-bound.ts';
import { createRefusalRecorder } from '../../src/refusal-record.ts';
import { createReplyWaiters } from '../../src/reply-waiters.ts';
import { createSharedAnswers } from '../../src/shared-answers.ts';
import type { Hook } from '../../src/webhook-directory.ts';
import { hook, ring } from './build-hook.ts';

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export type CallOptions = RequestOptions & { body?: Buffer | string | (Buffer | string)[] };

/** The handler of webhooks behind a server of its own; what would go to Kafka is kept. */
export interface Receiver {
  deps: Receiving;
  /** The webhook behind the slug `known`. */
  hook: Hook;
  keys: ApiKeyDirectory;
  /** Records on `tributary.requests`. */
  records: OutgoingRecord[];
  /** Records on `tributary.rejected`. */
  rejected: OutgoingRecord[];
  usage: { hook: Hook; used: readonly string[] }[];
  ends: CallEnd[];
  /** What Kafka says to a request. */
  published: () => Promise<unknown>;
  port: number;
  /** POST to the webhook unless said otherwise. */
  call(options?: CallOptions): Promise<Answered>;
  /** Writes bytes as they are to the server, and resolves with all it answers until the connection ends. */
  exchange(text: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const logger = createLogger({ service: 'ingress', instance: 'test', level: 'silent' });
  const keys = createApiKeyDirectory();
  const rejected: OutgoingRecord[] = [];
  const publishRejected = (record: OutgoingRecord): Promise<void> => {
    rejected.push(record);
    return Promise.resolve();
  };
  const receiver: Receiver = {
    hook: hook(),
    keys,
    records: [],
    rejected,
    usage: [],
    ends: [],
    published: () => Promise.resolve(),
    port: 0,
    deps: {
      find: (slug) => (slug === 'known' ? receiver.hook : undefined),
      isCurrent: () => true,
      guardOf: createGuards({ ring, logger }).of,
      serviceAccounts: { find: keys.find, isCurrent: () => true },
      limits: createCallLimits(),
      publish: (record) => {
        receiver.records.push(record);
        return receiver.published();
      },
      refusals: createRefusalRecorder({
        publish: publishRejected,
        perSecond: 1_000,
        totalPerSecond: 1_000,
        bytesPerSecond: 1_000_000,
        now: Date.now,
        logger,
      }),
      usage: { count: (counted, { used }) => receiver.usage.push({ hook: counted, used }) },
      waiters: createReplyWaiters({ maxLimitMs: 60_000, maxWaiters: 10 }),
      sharedAnswers: createSharedAnswers({ maxBytes: 1_000_000 }),
      waitLimitMs: 100,
      replyPartition: () => 3,
      bound: createInFlightBound({ calls: 10, bytes: 10_000 }),
      nextExecutionId: createExecutionIds(),
      observe: () => ({ context: ROOT_CONTEXT, end: (end) => receiver.ends.push(end) }),
      isDraining: () => false,
      now: Date.now,
      maxUrlBytes: 200,
      trustedProxies: 0,
      publicUrl: 'https://tributary.example',
      ring,
      logger,
    },
    call: (options) => call(receiver.port, options),
    exchange: (text) => exchange(receiver.port, text),
    stop: async () => {
      receiver.deps.waiters.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    receiveWebhook(receiver.deps)(request, response);
  });
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.port = (server.address() as AddressInfo).port;
  return receiver;
}

/** The request that a record holds in its header. */
export function captured(record: OutgoingRecord | undefined): Record<string, unknown> {
  return JSON.parse(record!.headers!['request']!) as Record<string, unknown>;
}

/** The refused request that a record holds, as its schema has it. */
export function refused(record: OutgoingRecord | undefined): RejectedRequest {
  return rejectedRequest.parse(captured(record));
}

function call(port: number, { body, ...options }: CallOptions = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, host: '127.0.0.1', path: '/hooks/known', method: 'POST', ...options });
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode!, headers: response.headers, body: text });
      });
    });
    sent.on('error', reject);
    if (Array.isArray(body)) for (const chunk of body) sent.write(chunk);
    sent.end(Array.isArray(body) ? undefined : body);
  });
}

function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}
