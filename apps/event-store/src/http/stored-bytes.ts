import type { Response } from 'express';

/**
 * Answers with a stranger's document: a browser saves it, and neither shows nor runs it. Written past Express, which
 * would add a charset of its own to the type.
 */
export function sendStoredBytes(
  response: Response,
  { status, contentType, body }: { status: number; contentType: string | null; body: Buffer },
): void {
  response.status(status);
  response.setHeader('content-type', contentType ?? 'application/octet-stream');
  response.setHeader('content-disposition', 'attachment');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('content-security-policy', "sandbox; default-src 'none'");
  // RFC 9110, section 6.4.1: these have no content.
  if (status === 204 || status === 304) {
    response.end();
    return;
  }
  response.setHeader('content-length', body.length);
  response.end(body);
}
