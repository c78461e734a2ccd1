import type { Cause, Execution, ExecutionError } from '@tributary/event-schemas';
import type { StoredExecution } from './execution-reader.ts';

/** What happened to an execution, as data and in sentences. */
export interface Explanation {
  id: string;
  outcome: Execution['outcome'];
  cause: Cause | null;
  /** How it ended, or where it is. */
  summary: string;
  steps: (Execution['steps'][number] & { sentence: string })[];
  /** Why it went no further than its last step; null when it went all the way, or is still under way. */
  stopped: { after: string | null; reason: string; error: ExecutionError | null } | null;
  response: Execution['response'];
  /** What the caller was told. */
  answer: string;
}

/** Why an execution ended as it did: the rest of a sentence. */
const REASONS: Record<Cause, string> = {
  filter: "the webhook's filter did not let it pass",
  duplicate: 'a request with the same deduplication key had come before',
  empty: 'its template rendered an empty list of events',
  handshake: 'it was a handshake of its sender, not a call',
  method: 'the webhook does not take its method',
  address: "its address is not on the webhook's allow list",
  rate: 'the webhook had as many requests in the last second as it may have',
  concurrency: 'the webhook had as many requests in flight as it may have',
  body_too_large: 'its body is larger than the webhook takes',
  url_too_long: 'its path or its query is longer than the webhook takes',
  content_encoding: 'its encoding is unknown or damaged',
  body_incomplete: 'its sender stopped in the middle of the body',
  credentials_missing: 'it brought no credentials',
  credentials: 'its credentials are wrong',
  signature: 'its signature is wrong',
  timestamp: 'the time in its signature is too far from ours',
  malformed_json: 'its body is not the JSON that its type says it is',
  schema: "its body does not match the webhook's schema",
  overloaded: 'the system had more to do than it could take',
  webhook_deleted: 'its webhook had been deleted',
  internal: 'the system failed on it; the record is in the dead letters',
};

const STEPS: Record<string, string> = {
  receive: 'The request was received',
  replay: 'The request was taken from an earlier execution',
  handshake: 'The handshake was answered',
  verify: 'Its credentials were checked',
  parse: 'Its body was parsed',
  filter: "The webhook's filter was asked",
  schema: "Its body was checked by the webhook's schema",
  deduplicate: 'It was looked for among the requests before it',
  render: 'The template was rendered',
  validate: 'The rendered event was completed and checked',
  respond: 'The answer was rendered',
};

export function explainExecution({ execution, mode, replyPartition }: StoredExecution): Explanation {
  const { id, outcome, cause, error, steps, response } = execution;
  const isOver = outcome !== 'pending' && outcome !== 'emitted';
  return {
    id,
    outcome,
    cause,
    summary: summarize(execution),
    steps: steps.map((step) => ({ ...step, sentence: stepSentence(step) })),
    stopped: isOver ? { after: steps.at(-1)?.name ?? null, reason: reasonOf(execution), error } : null,
    response,
    answer: answerSentence(execution, { mode, waits: replyPartition !== null }),
  };
}

function stepSentence({ name, duration_ms: duration }: Execution['steps'][number]): string {
  const [, route] = /^route (\d+)$/.exec(name) ?? [];
  const what = route === undefined ? STEPS[name] : `"routes[${route}].when" was asked`;
  return `${what ?? `The step "${name}" was made`}, in ${Number(duration.toFixed(3))} ms.`;
}

function summarize(execution: Execution): string {
  const { outcome, events, unrecorded, duplicate_of: original } = execution;
  switch (outcome) {
    case 'pending':
      return 'The request is stored, and waits to be rendered.';
    case 'emitted':
      return events.length === 1 ? 'One event came of it.' : `${events.length} events came of it.`;
    case 'ignored': {
      const of = original === null ? '' : ` Its caller got the answer of ${original}.`;
      return `No event came of it: ${reasonOf(execution)}.${of}`;
    }
    case 'failed':
      return `It could not be interpreted: ${reasonOf(execution)}.`;
    case 'rejected': {
      const more = unrecorded === 0 ? '' : ` ${unrecorded} more like it before it were not recorded.`;
      return `It was refused: ${reasonOf(execution)}.${more}`;
    }
  }
}

function reasonOf({ cause, error }: Execution): string {
  const place = error && placeOf(error);
  const message = error ? withoutStop(error.message) : undefined;
  const reason = cause === null ? (message ?? 'no reason is known') : REASONS[cause];
  const detail = cause !== null && message !== undefined ? ` (${message})` : '';
  return `${reason}${detail}${place ? `, ${place}` : ''}`;
}

function placeOf({ line, column, pointer }: ExecutionError): string {
  const at = line === null ? '' : `at line ${line}${column === null ? '' : `, column ${column}`}`;
  // An empty pointer is the whole body.
  return [at, pointer ? `at "${pointer}"` : ''].filter((part) => part !== '').join(', ');
}

function withoutStop(message: string): string {
  return message.endsWith('.') ? message.slice(0, -1) : message;
}

function answerSentence(
  { response, replay_of: original, outcome }: Execution,
  { mode, waits }: { mode: StoredExecution['mode']; waits: boolean },
): string {
  if (original !== null) return `Nobody was answered: it is a replay of ${original}.`;
  if (response !== null) return `The caller was answered ${response.status}.`;
  if (outcome === 'rejected') return 'The caller went away before an answer.';
  if (!waits) return 'Nobody waits for it.';
  return mode === 'sync'
    ? "The caller waits for a consumer's answer, or was told where to look for it."
    : 'The caller waits for the outcome, or was told that it will come.';
}
