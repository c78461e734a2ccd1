import type { EventFilter, TributaryEvent } from './types.ts';

/** Compiles a filter; without one every event passes. */
export function createFilter(
  filter: EventFilter | ((event: TributaryEvent) => boolean) | undefined,
): (event: TributaryEvent) => boolean {
  if (typeof filter === 'function') return filter;
  const { event: names, resource = {} } = filter ?? {};
  const matchesName = names === undefined ? () => true : anyOf(names);
  const labels = Object.entries(resource).map(([label, patterns]) => [label, anyOf(patterns)] as const);
  return ({ event, resource: given }) =>
    matchesName(event) &&
    labels.every(([label, matches]) => Object.hasOwn(given, label) && matches(given[label]!));
}

function anyOf(patterns: string | readonly string[]): (text: string) => boolean {
  const matchers = [patterns].flat().map((pattern) => {
    const isNegated = pattern.startsWith('!');
    const expression = glob(isNegated ? pattern.slice(1) : pattern);
    return (text: string) => expression.test(text) !== isNegated;
  });
  return (text) => matchers.some((matches) => matches(text));
}

/** As in the filters of the events API: `*` and `?` are special, nothing else. */
function glob(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll(/(?:\\\*)+/g, '.*')
    .replaceAll('\\?', '.');
  return new RegExp(`^${source}$`, 'su');
}
