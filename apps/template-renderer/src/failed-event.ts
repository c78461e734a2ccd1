import {
  receivedEvent,
  RESOURCE_ID,
  RESOURCE_NAME,
  WEBHOOK_FAILED,
  webhookResourceId,
} from '@tributary/event-schemas';
import type { ParsedBody } from '@tributary/body-parsing';
import type { CapturedRequest } from '@tributary/event-schemas';
import { writeEvent } from './complete-event.ts';
import type { WrittenEvent } from './complete-event.ts';
import { cutText } from './cut-text.ts';
import { deriveEventId } from './event-id.ts';
import { describeError } from './failure.ts';
import type { Failure } from './failure.ts';
import { storedHeaders } from './stored-headers.ts';
import type { SecretHeaders } from './stored-headers.ts';

/** Bytes that a failed event keeps of the body, and of what was rendered. */
export const KEPT_BYTES = 65_536;

/** The event that tells a workspace that a call of its webhook could not be interpreted: `prefect-cloud.webhook.failed`. */
export function failedEvent({
  request,
  webhook,
  body,
  failure,
}: {
  request: CapturedRequest;
  webhook: { id: string; name: string } & SecretHeaders;
  body: Pick<ParsedBody, 'text' | 'encoding'>;
  failure: Failure;
}): WrittenEvent {
  const keptBody = cutText(body.text, KEPT_BYTES);
  const rendered = failure.rendered === null ? null : cutText(failure.rendered, KEPT_BYTES);
  return writeEvent(
    receivedEvent(
      {
        id: deriveEventId(request.execution_id, 'failed'),
        occurred: request.received,
        event: WEBHOOK_FAILED,
        resource: { [RESOURCE_ID]: webhookResourceId(webhook.id), [RESOURCE_NAME]: webhook.name },
        related: [],
        payload: {
          method: request.method,
          headers: storedHeaders(request.headers, webhook),
          body: keptBody.text,
          ...(body.encoding === null ? {} : { body_encoding: body.encoding }),
          ...(keptBody.cut ? { body_truncated: true } : {}),
          rendered: rendered?.text ?? null,
          ...(rendered?.cut ? { rendered_truncated: true } : {}),
          error: describeError(failure.error),
        },
        follows: null,
      },
      request,
    ),
  );
}
