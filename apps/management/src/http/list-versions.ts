import type { RequestHandler } from 'express';
import { findWebhook, listVersions as readVersions } from '../webhook-store.ts';
import type { ManagementDeps } from './deps.ts';
import { readQuery, sendPage, versionsQuery } from './page.ts';
import { addressOf, noSuchWebhook } from './webhook-address.ts';

/** `GET /webhooks/{id}/versions`: 200 with every configuration it had, the newest first, and which key changed it. */
export function listVersions({ pool, publicUrl }: ManagementDeps): RequestHandler {
  return async function handleListVersions(request, response) {
    const { limit, cursor: before } = readQuery(request, versionsQuery);
    const webhook = await findWebhook(pool, addressOf(request, response));
    if (!webhook) throw noSuchWebhook();
    const rows = await readVersions(pool, {
      id: webhook.id,
      limit: limit + 1,
      ...(before === undefined ? {} : { before }),
    });
    sendPage(response, rows, {
      limit,
      cursorOf: ({ version }) => String(version),
      show: (row) => row,
      publicUrl,
    });
  };
}
