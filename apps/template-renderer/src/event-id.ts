import { hash } from 'node:crypto';

/**
 * The id of the event that an execution makes at `index`: a name-based UUID of version 5 (RFC 9562, 5.5) with the
 * execution's id as its namespace. Rendering the same execution again makes the same ids, so it cannot make two events.
 */
export function deriveEventId(executionId: string, name: string): string {
  const namespace = Buffer.from(executionId.replaceAll('-', ''), 'hex');
  const bytes = hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'buffer');
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
