import type { VerifiableRequest } from '../src/request.ts';

export const NOW = Date.parse('2026-01-01T00:00:00Z');

/** A request that shows nothing, with what a test changes. */
export function aRequest({
  headers = {},
  body = '',
  ...changes
}: Partial<Omit<VerifiableRequest, 'body' | 'rawHeaders'>> & {
  headers?: Record<string, string> | [string, string][];
  body?: string | Buffer;
} = {}): VerifiableRequest {
  const query = changes.query ?? '';
  return {
    method: 'POST',
    url: `https://hooks.example.com/hooks/slug${query === '' ? '' : `?${query}`}`,
    path: '/hooks/slug',
    query,
    rawHeaders: (Array.isArray(headers) ? headers : Object.entries(headers)).flat(),
    body: Buffer.from(body),
    nowMs: NOW,
    ...changes,
  };
}
