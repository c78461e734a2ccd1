export { isRetryable } from './is-retryable.ts';
export { migrate } from './migrate.ts';
export { createPool } from './pool.ts';
export type { Health, Pool, PoolOptions, Queryable, QueryOptions, QueryResult } from './pool.ts';
export type { Logger } from './logger.ts';
export {
  IS_MOVED,
  MOVED,
  PLACE_PARAMETERS,
  placeParameters,
  PositionLostError,
  storedPositions,
  storeOnce,
} from './positions.ts';
export { recordset } from './recordset.ts';
export type { Recordset } from './recordset.ts';
export type { Place, PlacedBatch, StoredPositions } from './positions.ts';
