import { HttpProblem } from '@tributary/service-runtime';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { checkInput } from '../input-faults.ts';
import type { CheckedInput } from '../input-faults.ts';
import type { Position } from '../webhook-store.ts';

/** Entries of a page, at most and by default, as in Prefect's lists. */
export const PAGE_LIMIT = 200;

export const limitOfPage = z.coerce.number<unknown>().int().min(1).max(PAGE_LIMIT);
const position = z.tuple([z.iso.datetime(), z.guid()]);

/** Where a list by time of creation goes on; the text is opaque to clients. */
export const cursor = z.string().transform((text, context): Position => {
  try {
    const [created, id] = position.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { created, id };
  } catch {
    context.issues.push({ code: 'custom', message: 'is no cursor of this list', input: text });
    return z.NEVER;
  }
});

export function toCursor({ created, id }: Position): string {
  return Buffer.from(JSON.stringify([created, id])).toString('base64url');
}

export const pageQuery = z.object({ limit: limitOfPage.default(PAGE_LIMIT), cursor: cursor.optional() });
export const versionsQuery = z.object({
  limit: limitOfPage.default(PAGE_LIMIT),
  cursor: z.coerce.number<unknown>().int().min(1).optional(),
});

/** How the body of a filter names a page; null is as good as absent. */
export const pageOfBody = { limit: limitOfPage.nullish(), cursor: cursor.nullish() };
type PageOfBody = z.output<z.ZodObject<typeof pageOfBody>>;

/** What a list of named things is asked for. */
export interface NamedPage {
  limit: number;
  after: Position | undefined;
  /** Only these; undefined: all. */
  names: string[] | undefined;
}

type AnswerPage = (response: Response, page: NamedPage) => Promise<void>;

/** `GET`: 200 with a list, the oldest first. */
export function listAll(answer: AnswerPage): RequestHandler {
  return async function handleList(request, response) {
    const { limit, cursor: after } = readQuery(request, pageQuery);
    await answer(response, { limit, after, names: undefined });
  };
}

/** `POST .../filter`: the same, of certain names only. No body is no filter. */
export function listNamed<Body extends PageOfBody>(
  schema: z.ZodType<Body>,
  namesOf: (body: Body) => string[] | null | undefined,
  answer: AnswerPage,
): RequestHandler {
  return async function handleFilter(request, response) {
    const body = accepted(checkInput(schema, (request.body ?? {}) as unknown));
    await answer(response, {
      limit: body.limit ?? PAGE_LIMIT,
      after: body.cursor ?? undefined,
      names: namesOf(body) ?? undefined,
    });
  };
}

/**
 * Cuts a page from one row more than it holds, and tells of the next: in the header `x-next-cursor`, and for a GET as a
 * link (RFC 8288). The body stays a plain list, which Prefect's clients expect.
 */
export function sendPage<Row>(
  response: Response,
  rows: Row[],
  options: { limit: number; cursorOf: (last: Row) => string; show: (row: Row) => unknown; publicUrl: string },
): void {
  const page = rows.slice(0, options.limit);
  const last = page.at(-1);
  if (rows.length > page.length && last !== undefined) {
    const next = options.cursorOf(last);
    response.set('x-next-cursor', next);
    const { method, baseUrl, path } = response.req;
    if (method === 'GET') {
      const query = new URLSearchParams({ limit: String(options.limit), cursor: next });
      response.set('link', `<${options.publicUrl}${baseUrl}${path}?${query}>; rel="next"`);
    }
  }
  response.json(page.map(options.show));
}

/** The value, or 422 with every fault. */
export function accepted<T>(input: CheckedInput<T>): T {
  if (input.ok) return input.value;
  throw unprocessable(input.errors);
}

export function unprocessable(errors: NonNullable<HttpProblem['errors']>): HttpProblem {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new HttpProblem(422, `${first?.detail ?? 'The request cannot be processed.'}${more}`, { errors });
}

/** The query parameters of a list. */
export function readQuery<Schema extends z.ZodType>(request: Request, schema: Schema): z.output<Schema> {
  return accepted(checkInput(schema, request.query));
}
