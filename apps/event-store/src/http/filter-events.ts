import { accessOf } from '@tributary/api-auth';
import { HttpProblem } from '@tributary/service-runtime';
import type { Queryable } from '@tributary/postgres';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { eventFilter, resolveFilter } from '../event-filter.ts';
import type { ResolvedFilter } from '../event-filter.ts';
import { countEvents, readEventPage } from '../event-reader.ts';
import type { EventCursor } from '../event-reader.ts';
import type { PageTokens } from '../page-token.ts';
import { jsonBody } from './json-body.ts';
import { sendFaults } from './prefect-errors.ts';
import { zodFaults } from './zod-faults.ts';

export interface SearchDeps {
  db: Queryable;
  tokens: PageTokens;
  /** Origin of the URLs in answers. */
  publicUrl: string;
}

/** Prefect's clients ask for 100; an unknown key beside these is none of our business. */
const searchRequest = z.object({
  filter: eventFilter.nullish(),
  limit: z.int().min(0).max(200).default(50),
});

/** What a page token holds: the search as it was asked, and where it goes on. */
interface PageState {
  workspace: string;
  filter: ResolvedFilter;
  limit: number;
  total: number;
  after: EventCursor;
}

/** `POST /events/filter`: the first page of a search. */
export function filterEvents(deps: SearchDeps): RequestHandler {
  return async function answerFilterEvents(request, response) {
    const { workspace } = accessOf(response);
    const search = readSearch(request, response, searchRequest);
    if (!search) return;
    const filter = resolveFilter(search.filter ?? eventFilter.parse({}), Date.now());
    const { limit } = search;
    const page = await readEventPage(deps.db, { workspace, filter, limit });
    const total = await countEvents(deps.db, workspace, filter);
    sendPage(request, response, { deps, page, state: { workspace, filter, limit, total } });
  };
}

/** `GET /events/filter/next`: a further page. The token says all, and is refused in another workspace. */
export function nextEvents(deps: SearchDeps): RequestHandler {
  return async function answerNextEvents(request, response) {
    const { workspace } = accessOf(response);
    const token = request.query['page-token'];
    if (typeof token !== 'string') {
      const loc = ['query', 'page-token'];
      response.status(422).json({ detail: [{ type: 'missing', loc, msg: 'Field required', input: null }] });
      return;
    }
    const state = deps.tokens.open(token) as PageState | undefined;
    if (state?.workspace !== workspace) {
      response.status(403).json({ detail: 'Forbidden' });
      return;
    }
    const page = await readEventPage(deps.db, state);
    sendPage(request, response, { deps, page, state });
  };
}

/** Reads and checks the body of a search; without a result, the request is answered already. */
export function readSearch<T extends z.ZodType>(
  request: Request,
  response: Response,
  schema: T,
): z.output<T> | undefined {
  const body = jsonBody(request);
  if (!body.ok) {
    const fault = { type: 'json_invalid', loc: [], msg: 'JSON decode error', input: {} };
    sendFaults(response, { faults: [fault], body: null, bytes: body.bytes });
    return undefined;
  }
  const value = body.value ?? {};
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  sendFaults(response, { faults: zodFaults(result.error.issues, value), body: value, bytes: body.bytes });
  return undefined;
}

function sendPage(
  request: Request,
  response: Response,
  {
    deps: { tokens, publicUrl },
    page,
    state,
  }: {
    deps: SearchDeps;
    page: { documents: string[]; next: EventCursor | null };
    state: Omit<PageState, 'after'>;
  },
): void {
  const nextUrl =
    page.next && `${publicUrl}${nextPath(request)}?page-token=${tokens.seal({ ...state, after: page.next })}`;
  // The documents are spliced in as they are stored: nothing is parsed, every number keeps its digits.
  response
    .type('json')
    .send(
      `{"events":[${page.documents.join(',')}],"total":${state.total},"next_page":${JSON.stringify(nextUrl)}}`,
    );
}

/** The next page stands beside the first, under the same of the two paths that serve events. */
function nextPath({ baseUrl, path }: Request): string {
  const [, base] = /^(.*\/events\/filter)(?:\/next)?\/?$/.exec(`${baseUrl}${path}`) ?? [];
  if (base === undefined) throw new HttpProblem(404, 'There is no such search.');
  return `${base}/next`;
}
