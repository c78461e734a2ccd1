import { z } from 'zod';
import { responseHeaders, responseStatus, responseType } from './response.ts';

/** Headers that a consumer sends: those that an answer may not set, or that no header can hold, are left out. */
const headers = z
  .record(z.string(), z.string())
  .transform((given) =>
    Object.fromEntries(
      Object.entries(given).filter(([name, value]) => responseHeaders.safeParse({ [name]: value }).success),
    ),
  );

/** An HTTP answer inside a reply. */
export const replyAnswer = z.object({
  status: responseStatus.default(200),
  content_type: responseType.nullable().default(null),
  headers: headers.default({}),
  body: z.string().default(''),
});
export type ReplyAnswer = z.output<typeof replyAnswer>;

/** A consumer's answer names a status, a body, or both: any other object is taken for none. */
const consumerAnswer = z.union([
  replyAnswer.extend({ status: responseStatus }),
  replyAnswer.extend({ body: z.string() }),
]);

/**
 * What a consumer of the events sends to the caller who waits: an answer, or `{ "error": "text" }`, which answers 400
 * with that text. It goes to the topic and the partition that the event's headers name, keyed by the execution id; or to
 * `POST /executions/{id}/response`.
 */
export const consumerReply = z.union([z.object({ error: z.string().min(1) }), consumerAnswer]);
export type ConsumerReply = z.output<typeof consumerReply>;
