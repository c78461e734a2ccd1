import type { BodyProblem } from '@tributary/body-parsing';
import type { ExecutionError } from '@tributary/event-schemas';

const SENTENCES: Record<BodyProblem, string> = {
  malformed_json:
    'The body, or a part of it, is not the JSON that its type says it is: it was taken for text.',
  malformed_multipart: 'The body is not the multipart form that its type says it is: it was taken for text.',
  malformed_xml: 'The body is not the XML that its type says it is: it was taken for text.',
  too_complex: 'The body has more parts, or is nested deeper, than is read: it was taken for text.',
  unknown_charset: 'The charset of the body is unknown: it was taken for UTF-8.',
  not_text: 'The body is no text: it was taken as base64.',
};

/** An error with what was wrong with the body, which is often the reason for it. */
export function withBodyProblem(error: ExecutionError, problem: BodyProblem | null): ExecutionError {
  if (problem === null) return error;
  const { message } = error;
  return { ...error, message: `${message}${message.endsWith('.') ? '' : '.'} ${SENTENCES[problem]}` };
}
