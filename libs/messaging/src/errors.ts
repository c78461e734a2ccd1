/** What can be wrong with Kafka, or with what it was given. */
export type MessagingErrorCode =
  'unavailable' | 'overloaded' | 'record_too_large' | 'unknown_topic' | 'fenced' | 'closed';

const retryableCodes: readonly MessagingErrorCode[] = ['unavailable', 'overloaded', 'fenced'];

/** The one error of this library. With `retryable`, the same call may succeed later. */
export class MessagingError extends Error {
  readonly code: MessagingErrorCode;
  readonly retryable: boolean;

  constructor(code: MessagingErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'MessagingError';
    this.code = code;
    this.retryable = retryableCodes.includes(code);
  }
}

/** For handlers: the dependency is down, not the record bad. The partition waits for as long as that lasts. */
export class RetryableError extends Error {
  readonly retryable = true;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RetryableError';
  }
}

/** Whether an error says of itself that a retry may help. */
export function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}

/** The part of a kafkajs error that tells what happened: `type` is the protocol's error name. */
export function kafkaErrorType(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('type' in current && typeof current.type === 'string') return current.type;
  }
  return undefined;
}

const silences = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSNumberOfRetriesExceeded',
]);

/** Whether a kafkajs error says that no broker answered; a refusal is an answer. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && silences.has(error.name);
}

const codesByType: Record<string, MessagingErrorCode> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'unknown_topic',
  INVALID_TOPIC_EXCEPTION: 'unknown_topic',
  MESSAGE_TOO_LARGE: 'record_too_large',
  RECORD_LIST_TOO_LARGE: 'record_too_large',
  INVALID_PRODUCER_EPOCH: 'fenced',
  PRODUCER_FENCED: 'fenced',
  INVALID_PRODUCER_ID_MAPPING: 'fenced',
};

/** Total over whatever kafkajs throws: what has no code of its own is Kafka being unavailable. */
export function toMessagingError(error: unknown, what: string): MessagingError {
  if (error instanceof MessagingError) return error;
  const code = codesByType[kafkaErrorType(error) ?? ''] ?? 'unavailable';
  return new MessagingError(code, `${what}: ${messageOf(error)}`, { cause: error });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
