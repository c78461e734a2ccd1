import { RESOURCE_ROLE } from '@tributary/event-schemas';
import type { EventFilter, LabelFilter, ResolvedFilter } from './event-filter.ts';
import { escapeLike, labelPattern } from './label-pattern.ts';
import { storableText } from './storable-text.ts';
import { parseTextQuery } from './text-query.ts';

/** Collects the parameters of a statement: gives the placeholder for a value. */
export type Bind = (value: unknown) => string;

export function bindTo(values: unknown[]): Bind {
  return (value) => `$${values.push(value)}`;
}

/** Conditions on `events e` that hold for the events of a workspace that a filter lets pass; all must hold. */
export function eventConditions(workspace: string, filter: ResolvedFilter, bind: Bind): string[] {
  const scope: Scope = {
    workspace: `${bind(workspace)}::uuid`,
    since: `${bind(storableInstant(filter.occurred.since))}::timestamptz`,
    until: `${bind(storableInstant(filter.occurred.until))}::timestamptz`,
  };
  return [
    ...inScope('e', scope),
    ...nameConditions(filter.event, bind),
    ...primaryConditions(filter.resource, scope, bind),
    ...asList(filter.related).flatMap((related) => relatedConditions(related, scope, bind)),
    ...asList(filter.any_resource).flatMap((any) => anyResourceConditions(any, scope, bind)),
    ...given(filter.id?.id, (ids) => `e.id = any(${bind(ids)}::uuid[])`),
    ...textConditions(filter.text?.query ?? '', bind),
  ];
}

interface Scope {
  workspace: string;
  since: string;
  until: string;
}

function inScope(alias: string, { workspace, since, until }: Scope): string[] {
  return [
    `${alias}.workspace = ${workspace}`,
    `${alias}.occurred >= ${since}`,
    `${alias}.occurred <= ${until}`,
  ];
}

function nameConditions(filter: EventFilter['event'], bind: Bind): string[] {
  return [
    ...given(filter?.prefix, (prefixes) => startsWithAny('e.event', prefixes, bind)),
    ...given(filter?.exclude_prefix, (prefixes) => `not ${startsWithAny('e.event', prefixes, bind)}`),
    ...given(filter?.name, (names) => equalsAny('e.event', names, bind)),
    ...given(filter?.exclude_name, (names) => `not ${equalsAny('e.event', names, bind)}`),
  ];
}

function primaryConditions(filter: EventFilter['resource'], scope: Scope, bind: Bind): string[] {
  return [
    ...given(filter?.id, (ids) => equalsAny('e.resource_id', ids, bind)),
    ...given(filter?.id_prefix, (prefixes) => startsWithAny('e.resource_id', prefixes, bind)),
    ...hasResource(scope, ["r.role = ''"], labelConditions(filter?.labels, bind)),
  ];
}

function relatedConditions(filter: Single<EventFilter['related']>, scope: Scope, bind: Bind): string[] {
  const conditions = [
    ...given(filter.id, (ids) => equalsAny('r.resource_id', ids, bind)),
    ...given(filter.role, (roles) => `r.role = any(${bind(roles.map(storableText))}::text[])`),
    ...given(filter.resources_in_roles, (pairs) => anyOf(pairs.map(([id, role]) => inRole(id, role, bind)))),
    ...labelConditions(filter.labels, bind),
  ];
  // Only a filter that names roles could mean the primary resource, by the role ''.
  return hasResource(scope, filter.role?.length ? [] : ["r.role <> ''"], conditions);
}

function inRole(id: string, role: string, bind: Bind): string {
  return `(${equalsAny('r.resource_id', [id], bind)} and r.role = ${bind(storableText(role))})`;
}

function anyResourceConditions(
  filter: Single<EventFilter['any_resource']>,
  scope: Scope,
  bind: Bind,
): string[] {
  return hasResource(
    scope,
    [],
    [
      ...given(filter.id, (ids) => equalsAny('r.resource_id', ids, bind)),
      ...given(filter.id_prefix, (prefixes) => startsWithAny('r.resource_id', prefixes, bind)),
      ...labelConditions(filter.labels, bind),
    ],
  );
}

/** One resource of the event meets all conditions. The scope is repeated, for the indexes of `event_resources`. */
function hasResource(scope: Scope, roles: string[], conditions: string[]): string[] {
  if (conditions.length === 0) return [];
  const all = [
    'r.event_id = e.id',
    'r.received = e.received',
    ...inScope('r', scope),
    ...roles,
    ...conditions,
  ];
  return [`exists (select from event_resources r where ${all.join(' and ')})`];
}

/** Every label must match; of a label's positive patterns one, of its negated ones all. An absent label never matches. */
function labelConditions(labels: LabelFilter | null | undefined, bind: Bind): string[] {
  return Object.entries(labels ?? {}).map(([label, patterns]) => {
    const name = storableText(label);
    const texts = asList(patterns).map(storableText);
    // Prefect compares roles as they are, whatever characters they have.
    if (label === RESOURCE_ROLE) return anyOf(texts.map((value) => hasLabel(name, value, bind)));
    const parsed = texts.map(labelPattern);
    const positive = parsed.filter(({ negated }) => !negated).map((pattern) => matches(name, pattern, bind));
    const negative = parsed
      .filter(({ negated }) => negated)
      .map((pattern) => `not ${matches(name, pattern, bind)}`);
    if (negative.length === 0) return anyOf(positive);
    const present = `r.labels ? ${bind(name)}::text`;
    return [present, ...(positive.length > 0 ? [anyOf(positive)] : []), ...negative].join(' and ');
  });
}

function matches(label: string, pattern: ReturnType<typeof labelPattern>, bind: Bind): string {
  if (pattern.kind === 'exact') return hasLabel(label, pattern.value, bind);
  return `coalesce(r.labels ->> ${bind(label)}::text like ${bind(pattern.pattern)}, false)`;
}

/** Containment, which the GIN index answers. */
function hasLabel(label: string, value: string, bind: Bind): string {
  return `r.labels @> ${bind(JSON.stringify({ [label]: value }))}::jsonb`;
}

function textConditions(query: string, bind: Bind): string[] {
  const { include, exclude, require } = parseTextQuery(query);
  const contains = (term: string): string => {
    // JSON text and a plain name are searched alike: the term is written as it stands in either.
    const patterns = new Set(
      [term, JSON.stringify(term).slice(1, -1)].map((text) => `%${escapeLike(storableText(text))}%`),
    );
    return `searchable(e.event, e.document) ilike any(${bind([...patterns])}::text[])`;
  };
  return [
    ...given(include, (terms) => anyOf(terms.map(contains))),
    ...exclude.map((term) => `not ${contains(term)}`),
    ...require.map(contains),
  ];
}

/** Long texts are indexed by their first 200 characters only: both are asked, the beginning for the index. */
const INDEXED = 200;

function equalsAny(column: string, texts: string[], bind: Bind): string {
  const values = texts.map(storableText);
  const heads = [...new Set(values.map(head))];
  return `(left(${column}, ${INDEXED}) = any(${bind(heads)}::text[]) and ${column} = any(${bind(values)}::text[]))`;
}

function startsWithAny(column: string, texts: string[], bind: Bind): string {
  return anyOf(
    texts.map(storableText).map((prefix) => {
      const indexed = `left(${column}, ${INDEXED}) like ${bind(`${escapeLike(head(prefix))}%`)}`;
      return `(${indexed} and starts_with(${column}, ${bind(prefix)}))`;
    }),
  );
}

/** The first characters, counted as Postgres does: by code points. */
function head(text: string): string {
  return text.length <= INDEXED ? text : [...text].slice(0, INDEXED).join('');
}

/** None of none holds. */
function anyOf(conditions: string[]): string {
  return conditions.length === 0 ? 'false' : `(${conditions.join(' or ')})`;
}

/** A condition for a list that restricts; a missing and an empty list do not. */
function given<T>(list: T[] | null | undefined, condition: (list: T[]) => string): string[] {
  return list?.length ? [condition(list)] : [];
}

type Single<T> = Exclude<NonNullable<T>, unknown[]>;

function asList<T>(value: T | T[] | null | undefined): T[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Postgres has no year 0. */
function storableInstant(instant: string): string {
  return instant.startsWith('0000') ? '0001-01-01T00:00:00Z' : instant;
}
