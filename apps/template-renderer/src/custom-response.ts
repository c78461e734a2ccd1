import { responseLimits } from '@tributary/event-schemas';
import type { ReplyAnswer } from '@tributary/event-schemas';
import { parseJson } from '@tributary/templating';
import type { Throttle } from '@tributary/templating';
import type { WrittenEvent } from './complete-event.ts';
import { failureOf } from './failure.ts';
import type { PreparedWebhook } from './prepared-webhook.ts';
import { runUserCode } from './user-code.ts';
import type { Context, Result } from './user-code.ts';

const POINTER = '/response/body';

/**
 * The answer of a webhook in mode `custom`: its body is rendered with the context of the template and `event`, the first
 * event as it was emitted; undefined where there is none. Null for a webhook that answers otherwise.
 */
export function customResponse(
  { settings, responseBody }: Pick<PreparedWebhook, 'settings' | 'responseBody'>,
  context: Context,
  { event, throttle }: { event: WrittenEvent | undefined; throttle: Throttle },
): Result<ReplyAnswer | null> {
  const { response } = settings;
  if (response.mode !== 'custom' || responseBody === null) return { ok: true, value: null };
  const piece = { webhookId: settings.id, stage: 'response', pointer: POINTER } as const;
  const body = runUserCode(throttle, piece, () =>
    responseBody(event ? new Map(context).set('event', parseJson(event.json)) : context),
  );
  if (!body.ok) return body;
  const bytes = Buffer.byteLength(body.value);
  if (bytes > responseLimits.inlineBytes) {
    const message = `${POINTER}: The answer has ${bytes} bytes; the most that is possible is ${responseLimits.inlineBytes}.`;
    return { ok: false, failure: failureOf('response', message, { pointer: POINTER }) };
  }
  const { status, content_type, headers } = response;
  return { ok: true, value: { status, content_type, headers, body: body.value } };
}
