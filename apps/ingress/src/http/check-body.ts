import type { IncomingMessage } from 'node:http';
import { checkJsonSyntax, decodeContent, isEncoded, isJsonMediaType } from '@tributary/body-parsing';
import type { InFlightBound } from '../in-flight-bound.ts';
import type { Hook } from '../webhook-directory.ts';
import { refusals } from './refusals.ts';
import type { Answer } from './send-answer.ts';

/** What can be said of a body without interpreting it: its size when decoded, and its syntax in the modes that check it. */
export async function checkBody(
  { headers }: IncomingMessage,
  bytes: Buffer,
  { hook, bound }: { hook: Hook; bound: InFlightBound },
): Promise<Answer | undefined> {
  const encoding = headers['content-encoding'];
  const contentType = headers['content-type'];
  const checksSyntax = hook.mode !== 'quiet' && isJsonMediaType(contentType);
  const check = (decoded: Buffer): Answer | undefined =>
    checksSyntax && checkJsonSyntax(decoded, contentType) === 'malformed'
      ? refusals.malformedJson
      : undefined;
  if (!isEncoded(encoding)) return check(bytes);

  // While it is decoded, a body may come to take as much as the limit allows.
  if (!bound.take(hook.maxBodyBytes)) return refusals.overBound;
  try {
    const decoded = await decodeContent(bytes, encoding, hook.maxBodyBytes);
    if (decoded.ok) return check(decoded.bytes);
    if (decoded.reason === 'too_large') return refusals.tooLarge(hook.maxBodyBytes);
    if (decoded.reason === 'unknown_encoding') return refusals.unknownEncoding;
    // A quiet webhook tells faults of the body by its outcome, so that they are seen in the execution.
    return hook.mode === 'quiet' ? undefined : refusals.malformedEncoding;
  } finally {
    bound.give(hook.maxBodyBytes);
  }
}
