import type { Expression } from '../syntax/nodes.ts';

/** Filters that give a number, text that is JSON already, or what only the author can know to be JSON. */
const jsonFilters = new Set(
  (
    'tojson int float length count round abs sum wordcount max min join safe lower replace indent trim string format ' +
    'first last random filesizeformat'
  ).split(' '),
);

const isText =
  'A value outside quotes, without tojson: a text, a list or None is printed as in Python, which is not JSON.';
const isTruth = 'Prints True or False, which is not JSON.';

/** What is wrong with printing an expression outside a JSON string; undefined where it may well be JSON. */
export function bareProblem(node: Expression): string | undefined {
  switch (node.typename) {
    case 'Is':
    case 'Compare':
    case 'Not':
      return isTruth;
    case 'Literal':
      return typeof node.value === 'boolean' ? isTruth : node.value === null ? isText : undefined;
    case 'InlineIf':
      return bareProblem(node.body) ?? (node.else_ ? bareProblem(node.else_) : undefined);
    case 'Or':
    case 'And':
      return bareProblem(node.right);
    case 'Filter':
      return filterProblem(node);
    case 'Attribute':
    case 'LookupVal':
      return isRead(node) ? isText : undefined;
    case 'Symbol':
      return isRead(node) ? isText : undefined;
    case 'Concat':
    case 'Array':
    case 'Dict':
      return isText;
    default:
      return undefined;
  }
}

function filterProblem(node: Extract<Expression, { typename: 'Filter' }>): string | undefined {
  if (jsonFilters.has(node.name)) return undefined;
  if ((node.name === 'default' || node.name === 'd') && node.target) return bareProblem(node.target);
  return isText;
}

/** Whether a lookup begins at the request: what a template has put into a variable of its own may be JSON. */
function isRead(node: Expression): boolean {
  if (node.typename === 'Attribute' || node.typename === 'LookupVal') return isRead(node.target);
  return (
    node.typename === 'Symbol' && ['body', 'headers', 'query', 'form', 'method', 'path'].includes(node.value)
  );
}
