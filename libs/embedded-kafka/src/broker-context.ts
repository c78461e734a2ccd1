import type { GroupCoordinator } from './groups/group-coordinator.ts';
import type { OffsetStore } from './groups/offset-store.ts';
import type { ApiName, Request, Response } from './protocol/apis.ts';
import type { TopicStore } from './topics/topic-store.ts';
import type { TransactionCoordinator } from './transactions/transaction-coordinator.ts';

/** Where a line of the broker's log goes. */
export type BrokerLog = (level: 'info' | 'warn', message: string) => void;

/** The only node's id. */
export const NODE_ID = 1;

/** What the handlers of requests work with. */
export interface BrokerContext {
  readonly clusterId: string;
  /** Where clients are told to connect. */
  readonly advertised: () => { readonly host: string; readonly port: number };
  readonly topics: TopicStore;
  readonly groups: GroupCoordinator;
  readonly offsets: OffsetStore;
  readonly transactions: TransactionCoordinator;
  readonly defaultPartitions: number;
  /** Bytes that answers to fetches may still take up before they have to be small. */
  readonly fetchBudget: () => number;
  readonly log: BrokerLog;
}

/** What a handler knows of the client that sent a request. */
export interface ClientContext {
  readonly version: number;
  readonly clientId: string;
  readonly clientHost: string;
  /** Aborted when the connection ends, so that nothing waits for a client that is gone. */
  readonly gone: AbortSignal;
}

/** Answers the requests of one API. */
export type Handler<N extends ApiName> = (
  context: BrokerContext,
  request: Request<N>,
  client: ClientContext,
) => Promise<Response<N>>;
