import { equalBytes, sha256 } from './constant-time.ts';
import { isForm, queryValueOf, REPEATED } from './request.ts';
import type { RequestView } from './request.ts';
import type { CompleteScheme } from './scheme.ts';
import { decodeBytes } from './signature-header.ts';

/**
 * Whether the body is covered by the digest in the query, or needs none: an empty one holds nothing, and the fields of a
 * form are signed themselves.
 */
export function coversBody(
  view: RequestView,
  { query }: NonNullable<CompleteScheme['body_digest']>,
): boolean {
  const { body } = view.request;
  if (body.length === 0 || isForm(view)) return true;
  const text = queryValueOf(view.request.query, query);
  if (text === undefined || text === REPEATED) return false;
  const digest = decodeBytes(text, 'hex');
  return digest !== undefined && equalBytes(digest, sha256(body));
}
