/** Postgres schema of the event store's tables. */
export const SCHEMA = 'event_store';
