/** A record that no reader of this version will ever be able to store. Its message is the reason, for the dead letter. */
export class PoisonRecordError extends Error {
  override readonly name = 'PoisonRecordError';
}
