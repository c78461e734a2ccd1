import type { Queryable } from '@tributary/postgres';
import { ANSWER } from './execution-reader.ts';
import { executionDay } from './execution-row.ts';

/** The stored answer to a caller. */
export interface StoredAnswer {
  status: number;
  content_type: string | null;
  headers: Record<string, string>;
  body: Buffer;
  /** Its offset on the partition of `tributary.replies` that the caller's instance reads. */
  log_offset: string;
}

/** The answer that counts; undefined while there is none, and for an execution without any. */
export async function readAnswer(
  db: Queryable,
  workspace: string,
  id: string,
): Promise<StoredAnswer | undefined> {
  const day = executionDay(id);
  if (day === undefined) return undefined;
  const { rows } = await db.query<StoredAnswer>(
    `select answer.status, answer.content_type, answer.headers, answer.body, answer.log_offset
       from executions e cross join lateral (${ANSWER}) answer
      where e.id = $1 and e.day = $2 and e.workspace = $3`,
    [id, day, workspace],
  );
  return rows[0];
}
