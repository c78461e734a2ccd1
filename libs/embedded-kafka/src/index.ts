export { createBroker } from './broker.ts';
export type { Broker, BrokerOptions } from './broker.ts';
export type { BrokerLog } from './broker-context.ts';
export { DataDirectoryError } from './data-lock.ts';
export { explainStartError } from './start-error.ts';
