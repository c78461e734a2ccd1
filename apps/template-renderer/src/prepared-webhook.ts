import { toJson, truthy, Undefined } from '@tributary/templating';
import type { Environment, TemplateMode, Value } from '@tributary/templating';
import { compileBodySchema } from './body-schema.ts';
import type { BodySchema } from './body-schema.ts';
import { lazily } from './user-code.ts';
import type { UserCode } from './user-code.ts';
import type { RenderedWebhook } from './webhook-directory.ts';

/** A webhook at one version, and its code, each piece of which is compiled when it is first run. */
export interface PreparedWebhook {
  settings: RenderedWebhook;
  filter: UserCode<boolean> | null;
  schema: BodySchema | null;
  deduplication: { key: UserCode<string | null>; windowMs: number } | null;
  routes: { when: UserCode<boolean>; template: UserCode<string> }[];
  template: UserCode<string>;
  /** The body of a `custom` answer. */
  responseBody: UserCode<string> | null;
}

export type Compiler = Pick<Environment, 'compile' | 'compileExpression'>;

/** Compiles nothing yet. */
export function prepareWebhook(environment: Compiler, settings: RenderedWebhook): PreparedWebhook {
  const { template, template_mode: mode, filter, routes, schema, deduplication, response } = settings;
  const condition = (source: string): UserCode<boolean> =>
    lazily(() => {
      const expression = environment.compileExpression(source);
      return (context) => truthy(expression.evaluate(context));
    });
  return {
    settings,
    filter: filter === null ? null : condition(filter),
    schema: schema === null ? null : lazily(() => compileBodySchema(schema)),
    deduplication: deduplication && {
      key: lazily(() => {
        const expression = environment.compileExpression(deduplication.key);
        return (context) => keyText(expression.evaluate(context));
      }),
      windowMs: deduplication.window_seconds * 1_000,
    },
    routes: routes.map((route) => ({
      when: condition(route.when),
      template: text(environment, route.template, mode),
    })),
    template: text(environment, template, mode),
    responseBody: response.mode === 'custom' ? text(environment, response.body, 'jinja2') : null,
  };
}

/** As Prefect does: a template without an expression or a statement is its result, comments and the last line break too. */
function text(environment: Compiler, source: string, mode: TemplateMode): UserCode<string> {
  const isPlain = !source.includes('{{') && !source.includes('{%');
  if (isPlain && (mode === 'jinja2' || !source.includes('{#'))) return () => source;
  return lazily(() => {
    const template = environment.compile(source, { mode });
    return (context) => template.render(context);
  });
}

/** Nothing to deduplicate by: null, and what is missing. */
function keyText(value: Value): string | null {
  if (value === null || value instanceof Undefined) return null;
  return typeof value === 'string' ? value : toJson(value);
}

/** Prepared webhooks by id and version. */
export interface PreparedWebhooks {
  get: (settings: RenderedWebhook) => PreparedWebhook;
  readonly size: number;
}

/** What compiled code weighs for each character of its source, in bytes: closures take some tens of times as much. */
const BYTES_PER_CHARACTER = 60;
const BYTES_EACH = 4_096;

/**
 * Keeps the webhooks that were called last: at most `max`, and of an estimated `maxBytes` together. A webhook that is never
 * called costs nothing.
 */
export function createPreparedWebhooks(
  environment: Compiler,
  { max, maxBytes = 134_217_728 }: { max: number; maxBytes?: number },
): PreparedWebhooks {
  // A Map knows the order of insertion: its first key is the one not used for longest, when each use inserts anew.
  const byId = new Map<string, { webhook: PreparedWebhook; bytes: number }>();
  let total = 0;

  const forget = (id: string): void => {
    total -= byId.get(id)?.bytes ?? 0;
    byId.delete(id);
  };
  return {
    get: (settings) => {
      const { id } = settings;
      const known = byId.get(id);
      if (known?.webhook.settings.version === settings.version) {
        byId.delete(id);
        byId.set(id, known);
        return known.webhook;
      }
      forget(id);
      const entry = { webhook: prepareWebhook(environment, settings), bytes: weight(settings) };
      byId.set(id, entry);
      total += entry.bytes;
      for (const [oldest] of byId) {
        if (byId.size <= max && total <= maxBytes) break;
        if (oldest !== id) forget(oldest);
      }
      return entry.webhook;
    },
    get size() {
      return byId.size;
    },
  };
}

function weight({ template, filter, routes, schema, deduplication, response }: RenderedWebhook): number {
  const characters =
    template.length +
    (filter?.length ?? 0) +
    routes.reduce((sum, route) => sum + route.when.length + route.template.length, 0) +
    (schema === null ? 0 : JSON.stringify(schema).length) +
    (deduplication?.key.length ?? 0) +
    (response.mode === 'custom' ? response.body.length : 0);
  return BYTES_EACH + characters * BYTES_PER_CHARACTER;
}
