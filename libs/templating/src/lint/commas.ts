import { descendants, type AnyNode, type RootNode, type Statement } from '../syntax/nodes.ts';
import type { LintFinding } from './lint.ts';

/** The text that follows a statement among its siblings, up to the next value. */
function textAfter(siblings: Statement[], index: number): string {
  const next = siblings[index + 1];
  const [first] = next?.typename === 'Output' ? next.children : [];
  return first?.typename === 'TemplateData' ? first.value : '';
}

/** The last thing that statements print, if it is text of the template's own. */
function lastText(body: Statement[]): Extract<AnyNode, { typename: 'TemplateData' }> | undefined {
  const last = body.at(-1);
  const node = last?.typename === 'Output' ? last.children.at(-1) : undefined;
  return node?.typename === 'TemplateData' ? node : undefined;
}

/** Lists of statements: the bodies in which loops stand. */
function bodiesOf(root: RootNode): Statement[][] {
  const bodies: Statement[][] = [root.children as Statement[]];
  for (const node of descendants(root)) {
    if (node.typename === 'If') bodies.push(...node.branches.map(([, body]) => body), node.else_);
    else if (node.typename === 'For' || node.typename === 'With' || node.typename === 'Block')
      bodies.push(node.body);
  }
  return bodies;
}

/** Loops that put a comma behind each item, the last one too, where a list or object ends. */
export function checkCommas(root: RootNode): LintFinding[] {
  const findings: LintFinding[] = [];
  for (const body of bodiesOf(root)) {
    body.forEach((node, index) => {
      if (node.typename !== 'For' || !/^\s*[\]}]/.test(textAfter(body, index))) return;
      const text = lastText(node.body);
      if (!text || !/,\s*$/.test(text.value)) return;
      findings.push({
        rule: 'trailing-comma',
        severity: 'warning',
        message: 'The loop puts a comma behind its last item too, and JSON does not allow one before ] or }.',
        line: node.lineno + 1,
        column: node.colno + 1,
        hint: "Write {{ ',' if not loop.last }} instead of the comma.",
      });
    });
  }
  return findings;
}
