import type { Expression } from '../syntax/nodes.ts';

export function endsInTojson(node: Expression): boolean {
  return node.typename === 'Filter' && node.name === 'tojson';
}

/** Filters whose result never needs escaping inside a JSON string. */
const harmless = new Set(
  (
    'int float length count round abs wordcount urlencode filesizeformat sum flow_run_id humanize_intcomma ' +
    'humanize_ordinal humanize_naturalsize'
  ).split(' '),
);

/** Whether an expression always prints characters that a JSON string can hold as they are. */
export function isHarmless(node: Expression): boolean {
  switch (node.typename) {
    case 'Literal':
      return typeof node.value !== 'string' || !/["\\\n\r\t]/.test(node.value);
    case 'Filter':
      if (harmless.has(node.name)) return true;
      if (node.name === 'default' || node.name === 'd') {
        return node.target !== null && isHarmless(node.target) && node.args.positional.every(isHarmless);
      }
      return node.name === 'replace' && escapesQuotes(node);
    case 'Is':
    case 'Compare':
    case 'Not':
    case 'Neg':
    case 'Pos':
      return true;
    case 'InlineIf':
      return isHarmless(node.body) && (node.else_ === null || isHarmless(node.else_));
    case 'Attribute':
      return node.target.typename === 'Symbol' && (node.target.value === 'loop' || isWebhookId(node));
    case 'LookupVal':
      return endsInTojson(node.target) && cutsQuotes(node.val);
    case 'Symbol':
      return node.value === 'method' || node.value === 'execution_id' || node.value === 'received';
    default:
      return false;
  }
}

function isWebhookId(node: Extract<Expression, { typename: 'Attribute' }>): boolean {
  return node.target.typename === 'Symbol' && node.target.value === 'webhook' && node.name === 'id';
}

/** An author's own escaping: `|replace('"', '\\"')`. */
function escapesQuotes(node: Extract<Expression, { typename: 'Filter' }>): boolean {
  const [old] = node.args.positional;
  return old?.typename === 'Literal' && old.value === '"';
}

/** `(value|tojson)[1:-1]` is the escaped text without its quotes. */
function cutsQuotes(node: Expression): boolean {
  if (node.typename !== 'Slice' || node.step !== null) return false;
  const { start, stop } = node;
  const isLast = stop?.typename === 'Neg' && stop.target.typename === 'Literal' && stop.target.value === 1;
  return isLast && start?.typename === 'Literal' && start.value === 1;
}
