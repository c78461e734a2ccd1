import { parseJson } from '../json/parse.ts';
import { descendants, type RootNode } from '../syntax/nodes.ts';
import { PyDict } from '../values/dict.ts';
import type { Value } from '../values/types.ts';
import type { LintFinding } from './lint.ts';

function finding(message: string, source: string, offset = 0): LintFinding {
  const before = source.slice(0, offset).split('\n');
  return {
    rule: 'not-an-event',
    severity: 'error',
    message,
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
  };
}

/** What keeps a JSON value from being an event; undefined where nothing does. */
function shapeProblem(value: Value): string | undefined {
  if (Array.isArray(value)) {
    if (value.length > 100) return 'A template can emit at most 100 events.';
    return (value as Value[]).map(shapeProblem).find((problem) => problem !== undefined);
  }
  if (!(value instanceof PyDict)) return 'An event is a JSON object, or an array of them.';
  if (typeof value.get('event') !== 'string') return "An event needs an 'event': its name, a string.";
  const resource = value.get('resource');
  const id = resource instanceof PyDict ? resource.get('prefect.resource.id') : undefined;
  if (typeof id !== 'string' || id === '')
    return "An event needs a 'resource' with a 'prefect.resource.id', a string.";
  return undefined;
}

/** What can be said of a template's result before it has a request. */
export function checkEventShape(root: RootNode, source: string): LintFinding[] {
  const nodes = [...descendants(root)];
  const isStatic = nodes.every((node) => ['Root', 'Output', 'TemplateData'].includes(node.typename));
  const texts = nodes.flatMap((node) => (node.typename === 'TemplateData' ? [node.value] : []));
  if (isStatic) return checkStatic(texts.join(''), source);
  const written = texts.join('');
  const [first] = root.children;
  const opening = first?.typename === 'Output' ? first.children[0] : undefined;
  if (opening?.typename !== 'TemplateData' || opening.value.trim() === '') return [];
  const start = opening.value.search(/\S/);
  if (!/^[[{]/.test(opening.value.trim())) {
    return [
      finding('The result cannot be an event: it does not begin with { or [.', source, Math.max(0, start)),
    ];
  }
  const literals = nodes.flatMap((node) =>
    node.typename === 'Literal' && typeof node.value === 'string' ? [node.value] : [],
  );
  const everything = [written, ...literals].join('\n');
  const mayComeFromValues = nodes.some(
    (node) => node.typename === 'Filter' && ['tojson', 'from_cloud_event'].includes(node.name),
  );
  return ['event', 'resource', 'prefect.resource.id']
    .filter((key) => !everything.includes(key) && !mayComeFromValues)
    .map((key) => finding(`The result cannot be an event: nothing writes '${key}'.`, source));
}

function checkStatic(text: string, source: string): LintFinding[] {
  let value: Value;
  try {
    value = parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = 'offset' in error && typeof error.offset === 'number' ? error.offset : 0;
    return [finding(`The result is not JSON: ${error.message}.`, source, offset)];
  }
  const problem = shapeProblem(value);
  return problem === undefined ? [] : [finding(problem, source)];
}
