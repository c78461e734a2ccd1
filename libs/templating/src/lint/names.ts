import { childNodes, descendants, type AnyNode } from '../syntax/nodes.ts';
import { nearest } from '../syntax/nearest.ts';
import type { LintFinding } from './lint.ts';

const special = ['loop', 'caller', 'varargs', 'kwargs', 'self', 'super'];

/** Names that the template itself assigns, wherever. */
function assignedNames(root: AnyNode): Set<string> {
  const names = new Set<string>();
  const add = (node: AnyNode): void => {
    if (node.typename === 'Symbol') names.add(node.value);
    else if (node.typename === 'Tuple') node.children.forEach(add);
  };
  for (const node of descendants(root)) {
    if (node.typename === 'For' || node.typename === 'Set' || node.typename === 'SetBlock') add(node.target);
    else if (node.typename === 'With') node.targets.forEach(add);
    else if (node.typename === 'CallBlock') node.parameters.forEach(add);
    else if (node.typename === 'Macro') {
      names.add(node.name);
      node.parameters.forEach(add);
    } else if (node.typename === 'Loader') node.names.forEach((name) => names.add(name));
  }
  return names;
}

/** Names that are only asked about, as in `x is defined` or `x|default(...)`. */
function isTolerated(node: AnyNode): boolean {
  if (node.typename === 'Is') return node.name === 'defined' || node.name === 'undefined';
  return node.typename === 'Filter' && (node.name === 'default' || node.name === 'd');
}

/** Names that neither the context has nor the template sets; they print as nothing, which is seldom meant. */
export function checkNames(root: AnyNode, known: ReadonlySet<string>): LintFinding[] {
  const defined = new Set([...known, ...assignedNames(root), ...special]);
  const findings: LintFinding[] = [];
  const visit = (node: AnyNode): void => {
    if (node.typename === 'Symbol' && !defined.has(node.value)) {
      const names = nearest(node.value, defined);
      findings.push({
        rule: 'unknown-name',
        severity: 'warning',
        message: `Nothing is called '${node.value}' here.`,
        line: node.lineno + 1,
        column: node.colno + 1,
        ...(names.length > 0
          ? { hint: `Did you mean ${names.map((name) => `'${name}'`).join(' or ')}?` }
          : {}),
      });
    }
    const tolerated = isTolerated(node);
    for (const child of childNodes(node)) if (!(tolerated && child.typename === 'Symbol')) visit(child);
  };
  visit(root);
  return findings;
}
