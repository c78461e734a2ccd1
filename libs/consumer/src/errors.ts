/** What is wrong with what this library was given. No attempt makes it right. */
export type ConsumerErrorCode = 'invalid_event' | 'invalid_answer' | 'answer_too_large';

export class ConsumerError extends Error {
  readonly code: ConsumerErrorCode;

  constructor(code: ConsumerErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ConsumerError';
    this.code = code;
  }
}

/**
 * For handlers: what the handler depends on is down, the event is not to blame. It is tried again for as long as that
 * lasts, and never becomes poison. Any error whose `retryable` is true is taken for one.
 */
export class RetryableError extends Error {
  readonly retryable = true;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RetryableError';
  }
}
