import type { Expression } from '../syntax/nodes.ts';

/** Where an expression begins: nodes of lookups, filters and operators stand at their own names and signs. */
export function startOf(node: Expression): Expression {
  switch (node.typename) {
    case 'Attribute':
    case 'LookupVal':
      return startOf(node.target);
    case 'Filter':
      return node.target ? startOf(node.target) : node;
    case 'Is':
      return startOf(node.target);
    case 'FunCall':
      return startOf(node.callee);
    case 'Binary':
    case 'Or':
    case 'And':
      return startOf(node.left);
    case 'Concat':
      return node.children[0] ? startOf(node.children[0]) : node;
    case 'InlineIf':
      return startOf(node.body);
    case 'Compare':
      return startOf(node.expr);
    default:
      return node;
  }
}
