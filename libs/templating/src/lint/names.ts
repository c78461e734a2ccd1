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

/** Every name is compared with every other for a hint, and a hostile template may have thousands. */
const mostHints = 50;

function suggestion(name: string, known: ReadonlySet<string>): string | undefined {
  const names = nearest(name, known);
  return names.length > 0 ? `Did you mean ${names.map((each) => `'${each}'`).join(' or ')}?` : undefined;
}

/** Names that neither the context has nor the template sets; they print as nothing, which is seldom meant. */
export function checkNames(root: AnyNode, known: ReadonlySet<string>): LintFinding[] {
  const defined = new Set([...known, ...assignedNames(root), ...special]);
  const findings: LintFinding[] = [];
  const hints = new Map<string, string | undefined>();
  const hintFor = (name: string): string | undefined => {
    if (hints.size < mostHints && !hints.has(name)) hints.set(name, suggestion(name, defined));
    return hints.get(name);
  };
  const visit = (node: AnyNode): void => {
    if (node.typename === 'Symbol' && !defined.has(node.value)) {
      const hint = hintFor(node.value);
      findings.push({
        rule: 'unknown-name',
        severity: 'warning',
        message: `Nothing is called '${node.value}' here.`,
        line: node.lineno + 1,
        column: node.colno + 1,
        ...(hint === undefined ? {} : { hint }),
      });
    }
    const tolerated = isTolerated(node);
    for (const child of childNodes(node)) if (!(tolerated && child.typename === 'Symbol')) visit(child);
  };
  visit(root);
  return findings;
}
