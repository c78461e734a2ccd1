import type { ExecutionError } from '@tributary/event-schemas';

/** Where the way from request to event ended: a word for logs and metrics. */
export type FailureStage =
  | 'body'
  | 'filter'
  | 'schema'
  | 'deduplication'
  | 'route'
  | 'template'
  | 'result'
  | 'event'
  | 'size'
  | 'topic'
  | 'response';

/** Why a request could not be interpreted. `error` is for the user, and may quote what the caller sent. */
export interface Failure {
  stage: FailureStage;
  error: ExecutionError;
  /** What the template rendered, if it got that far. */
  rendered: string | null;
}

/** Characters of an error that is kept: some quote what the caller sent. */
const MAX_MESSAGE_LENGTH = 4096;

export function failureOf(
  stage: FailureStage,
  message: string,
  details: {
    line?: number | null;
    column?: number | null;
    pointer?: string | null;
    rendered?: string | null;
  } = {},
): Failure {
  const { line = null, column = null, pointer = null, rendered = null } = details;
  const short = message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}...` : message;
  return { stage, error: { message: short, line, column, pointer }, rendered };
}

/** An error in one sentence, with its place in the template. */
export function describeError({ message, line, column }: ExecutionError): string {
  if (line === null) return message;
  return `${message} (line ${line}${column === null ? '' : `, column ${column}`})`;
}
