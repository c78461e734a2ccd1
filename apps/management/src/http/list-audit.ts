import { accessOf } from '@tributary/api-auth';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { listAudit as readAudit } from '../audit-log.ts';
import type { ManagementDeps } from './deps.ts';
import { PAGE_LIMIT, limitOfPage, readQuery, sendPage } from './page.ts';

const auditQuery = z.object({
  limit: limitOfPage.default(PAGE_LIMIT),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,17}$/, { error: 'is no cursor of this list' })
    .optional(),
});

/** `GET /audit`: 200 with who changed what and when, the newest first. */
export function listAudit({ pool, publicUrl }: ManagementDeps): RequestHandler {
  return async function handleListAudit(request, response) {
    const { limit, cursor: before } = readQuery(request, auditQuery);
    const { workspace } = accessOf(response);
    const rows = await readAudit(pool, { workspace, before, limit: limit + 1 });
    sendPage(response, rows, { limit, cursorOf: ({ id }) => id, show: (row) => row, publicUrl });
  };
}
