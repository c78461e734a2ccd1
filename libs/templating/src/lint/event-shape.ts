import { TemplateRuntimeError } from '../errors.ts';
import type { TemplateMode } from '../compile/context.ts';
import type { At, RootNode } from '../syntax/nodes.ts';
import type { LintFinding } from './lint.ts';
import { pathsOf, type Piece } from './paths.ts';
import { StructureReader, type Structure } from './structure.ts';

/** The most events that one result may be. */
const mostEvents = 100;

/** What keeps a value from being an event; undefined where nothing is known to. */
function shapeProblem(value: Structure, isItem = false): string | undefined {
  if (value.kind === 'unknown') return undefined;
  if (value.kind === 'array' && !isItem) {
    if (value.items.length > mostEvents) return `A template can emit at most ${mostEvents} events.`;
    return value.items.map((item) => shapeProblem(item, true)).find((problem) => problem !== undefined);
  }
  if (value.kind !== 'object') return 'An event is a JSON object, or an array of them.';
  if (!mayBeText(value, 'event')) return "An event needs an 'event': its name, a string.";
  const resource = value.members.get('resource') ?? (value.isOpen ? { kind: 'unknown' } : undefined);
  const hasId =
    resource?.kind === 'unknown' ||
    (resource?.kind === 'object' && mayBeText(resource, 'prefect.resource.id'));
  return hasId ? undefined : "An event needs a 'resource' with a 'prefect.resource.id', a string.";
}

/** Whether a member can be a text that is not empty. */
function mayBeText({ members, isOpen }: Extract<Structure, { kind: 'object' }>, key: string): boolean {
  const member = members.get(key);
  if (member === undefined) return isOpen;
  return member.kind === 'unknown' || (member.kind === 'string' && member.text !== '');
}

interface Problem {
  message: string;
  line: number;
  column: number;
}

/** What is wrong along one way through the template; undefined where it may give an event. */
function problemOf(pieces: Piece[], isStrict: boolean): Problem | undefined {
  const reader = new StructureReader({ isStrict });
  try {
    for (const { text, at } of pieces) {
      if (text === null) reader.hole(at);
      else reader.advance(text, at);
    }
    reader.finish();
  } catch (error) {
    if (!(error instanceof TemplateRuntimeError)) throw error;
    return error;
  }
  const message = shapeProblem(reader.root);
  return message === undefined ? undefined : { message, ...startOf(pieces) };
}

function startOf(pieces: Piece[]): { line: number; column: number } {
  for (const { text, at } of pieces) {
    const before = (text ?? 'x').search(/\S/);
    if (before < 0) continue;
    const lines = (text ?? '').slice(0, before).split('\n');
    const column = (lines.at(-1) ?? '').length + (lines.length === 1 ? at.colno : 0);
    return { line: at.lineno + lines.length, column: column + 1 };
  }
  return { line: 1, column: 1 };
}

/**
 * What can be said of a template's result before it has a request: whether there is any way through it that can give an
 * event. Where there is none, what is wrong on the first.
 */
export function checkEventShape(root: RootNode, source: string, mode: TemplateMode): LintFinding[] {
  let first: Problem | undefined;
  for (const pieces of waysThrough(root, source, mode)) {
    const problem = problemOf(pieces, mode === 'json');
    if (problem === undefined) return [];
    first ??= problem;
  }
  if (!first) return [];
  const { message, line, column } = first;
  return [{ rule: 'not-an-event', severity: 'error', message, line, column }];
}

/** Prefect takes a template without `{{` and `{%` as it is: comments in it are no comments. */
function waysThrough(root: RootNode, source: string, mode: TemplateMode): Iterable<Piece[]> {
  const start: At = { lineno: 0, colno: 0 };
  const isPlain = mode === 'jinja2' && !source.includes('{{') && !source.includes('{%');
  return isPlain ? [[{ text: source, at: start }]] : pathsOf(root);
}
