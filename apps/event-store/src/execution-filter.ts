import { causes, instant, outcomes, uuid } from '@tributary/event-schemas';
import { z } from 'zod';
import type { Bind } from './event-filter-sql.ts';

const oneOrMore = <T extends z.ZodType>(schema: T) =>
  z.union([schema.transform((value) => [value]), z.array(schema)]).optional();

/** What executions may be asked for; a list is a choice, and missing parts do not restrict. Times are inclusive. */
export const executionFilter = z.strictObject({
  webhook_id: oneOrMore(uuid),
  outcome: oneOrMore(z.enum(outcomes)),
  cause: oneOrMore(z.enum(causes)),
  method: oneOrMore(z.string().max(64)),
  received: z.strictObject({ since: instant.optional(), until: instant.optional() }).optional(),
});
export type ExecutionFilter = z.output<typeof executionFilter>;

/**
 * Conditions on `executions e` that hold for the executions of a workspace that a filter lets pass; all must hold. One
 * whose request is still on its way here is not there yet.
 */
export function executionConditions(
  workspace: string,
  { webhook_id: webhooks, outcome, cause, method, received }: ExecutionFilter,
  bind: Bind,
): string[] {
  return [
    `e.workspace = ${bind(workspace)}::uuid`,
    'e.method is not null',
    ...(webhooks ? [`e.webhook_id = any(${bind(webhooks)}::uuid[])`] : []),
    ...(outcome ? [`e.outcome = any(${bind(outcome)}::text[])`] : []),
    ...(cause ? [`e.cause = any(${bind(cause)}::text[])`] : []),
    ...(method ? [`e.method = any(${bind(method)}::text[])`] : []),
    ...(received?.since ? [`e.received >= ${bind(received.since)}::timestamptz`] : []),
    ...(received?.until ? [`e.received <= ${bind(received.until)}::timestamptz`] : []),
  ];
}
