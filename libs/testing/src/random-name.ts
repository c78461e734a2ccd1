import { randomBytes } from 'node:crypto';

/** A name that no other test has: topics, groups and databases are never shared. */
export function randomName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}
