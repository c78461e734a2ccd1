/** A record that no reader of this version will ever be able to store. Its message is the reason, for the dead letter. */
export class PoisonRecordError extends Error {
  override readonly name = 'PoisonRecordError';
}

/**
 * The database knows less than this process has stored: it was set back to a backup. What lies between has to be read
 * again, which a new assignment does; until then nothing is stored, since a gap would stay for ever.
 */
export class PositionLostError extends Error {
  override readonly name = 'PositionLostError';
}
