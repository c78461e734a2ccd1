import type { BinaryOperator, ComparisonOperator } from '../values/operators.ts';
import type { Value } from '../values/types.ts';
import { nodes, type Node, type NodeClass } from './nunjucks.ts';

/* The syntax tree: nunjucks' node classes where Jinja2 has the same ones, and subclasses of them for the rest. */

interface Typed<Name extends string> extends Node {
  readonly typename: Name;
}

export interface LiteralNode extends Typed<'Literal'> {
  value: Value;
}
export interface TextNode extends Typed<'TemplateData'> {
  value: string;
}
export interface NameNode extends Typed<'Symbol'> {
  value: string;
}
export interface NamespaceNode extends Typed<'NamespaceRef'> {
  name: string;
  attribute: string;
}
export interface ListNode extends Typed<'Array'> {
  children: Expression[];
}
export interface TupleNode extends Typed<'Tuple'> {
  children: Expression[];
}
export interface PairNode extends Typed<'Pair'> {
  key: Expression;
  value: Expression;
}
export interface DictNode extends Typed<'Dict'> {
  children: PairNode[];
}
export interface AttributeNode extends Typed<'Attribute'> {
  target: Expression;
  name: string;
}
export interface ItemNode extends Typed<'LookupVal'> {
  target: Expression;
  val: Expression;
}
export interface SliceNode extends Typed<'Slice'> {
  start: Expression | null;
  stop: Expression | null;
  step: Expression | null;
}
export interface Arguments {
  positional: Expression[];
  keywords: [name: string, value: Expression][];
  spread: Expression | null;
  keywordSpread: Expression | null;
}
export interface CallNode extends Typed<'FunCall'> {
  callee: Expression;
  args: Arguments;
}
export interface FilterNode extends Typed<'Filter'> {
  /** Null inside a filter block: the block's text. */
  target: Expression | null;
  name: string;
  args: Arguments;
}
export interface TestNode extends Typed<'Is'> {
  target: Expression;
  name: string;
  args: Arguments;
}
export interface ConditionalNode extends Typed<'InlineIf'> {
  cond: Expression;
  body: Expression;
  else_: Expression | null;
}
export interface BinaryNode extends Typed<'Binary'> {
  operator: BinaryOperator;
  left: Expression;
  right: Expression;
}
export interface LogicNode extends Typed<'Or' | 'And'> {
  left: Expression;
  right: Expression;
}
export interface UnaryNode extends Typed<'Not' | 'Neg' | 'Pos'> {
  target: Expression;
}
export interface ConcatNode extends Typed<'Concat'> {
  children: Expression[];
}
export interface CompareNode extends Typed<'Compare'> {
  expr: Expression;
  ops: [operator: ComparisonOperator, operand: Expression, position: Node][];
}

export type Expression =
  | LiteralNode
  | TextNode
  | NameNode
  | NamespaceNode
  | ListNode
  | TupleNode
  | DictNode
  | AttributeNode
  | ItemNode
  | SliceNode
  | CallNode
  | FilterNode
  | TestNode
  | ConditionalNode
  | BinaryNode
  | LogicNode
  | UnaryNode
  | ConcatNode
  | CompareNode;

export interface OutputNode extends Typed<'Output'> {
  children: Expression[];
}
export interface IfNode extends Typed<'If'> {
  branches: [test: Expression, body: Statement[]][];
  else_: Statement[];
}
export interface ForNode extends Typed<'For'> {
  target: Target;
  iter: Expression;
  test: Expression | null;
  recursive: boolean;
  body: Statement[];
  else_: Statement[];
}
export interface ParametersPart {
  parameters: NameNode[];
  defaults: Expression[];
}
export interface MacroNode extends Typed<'Macro'>, ParametersPart {
  name: string;
  body: Statement[];
}
export interface CallBlockNode extends Typed<'CallBlock'>, ParametersPart {
  call: CallNode;
  body: Statement[];
}
export interface FilterBlockNode extends Typed<'FilterBlock'> {
  filter: FilterNode;
  body: Statement[];
}
export interface SetNode extends Typed<'Set'> {
  target: Target;
  value: Expression;
}
export interface SetBlockNode extends Typed<'SetBlock'> {
  target: Target;
  filter: FilterNode | null;
  body: Statement[];
}
export interface WithNode extends Typed<'With'> {
  targets: Target[];
  values: Expression[];
  body: Statement[];
}
export interface AutoescapeNode extends Typed<'Autoescape'> {
  value: Expression;
  body: Statement[];
}
export interface BlockNode extends Typed<'Block'> {
  name: string;
  scoped: boolean;
  required: boolean;
  body: Statement[];
}
/** `extends`, `include`, `import` and `from`: they fail when reached, as there is no loader. */
export interface LoaderNode extends Typed<'Loader'> {
  kind: 'extends' | 'include' | 'import' | 'from';
  template: Expression;
  /** The names it would define. */
  names: string[];
  ignoreMissing: boolean;
}

export type Target = NameNode | TupleNode | NamespaceNode;

export type Statement =
  | OutputNode
  | IfNode
  | ForNode
  | MacroNode
  | CallBlockNode
  | FilterBlockNode
  | SetNode
  | SetBlockNode
  | WithNode
  | AutoescapeNode
  | BlockNode
  | LoaderNode;

export interface RootNode extends Typed<'Root'> {
  children: Statement[];
}

export type AnyNode = Expression | Statement | PairNode | RootNode;

const base = (name: string): NodeClass => nodes[name] as NodeClass;

function define(parent: string, name: string, fields: string[]): NodeClass {
  return base(parent).extend(name, { fields });
}

const classes: Record<AnyNode['typename'], NodeClass> = {
  Root: base('Root'),
  Output: base('Output'),
  Literal: base('Literal'),
  TemplateData: base('TemplateData'),
  Symbol: base('Symbol'),
  Array: base('Array'),
  Tuple: base('NodeList').extend('Tuple'),
  Dict: base('Dict'),
  Pair: base('Pair'),
  LookupVal: base('LookupVal'),
  Attribute: define('Node', 'Attribute', ['target', 'name']),
  Slice: define('Node', 'Slice', ['start', 'stop', 'step']),
  NamespaceRef: define('Node', 'NamespaceRef', ['name', 'attribute']),
  FunCall: define('FunCall', 'FunCall', ['callee', 'args']),
  Filter: define('Filter', 'Filter', ['target', 'name', 'args']),
  Is: define('Is', 'Is', ['target', 'name', 'args']),
  InlineIf: base('InlineIf'),
  Binary: define('BinOp', 'Binary', ['operator', 'left', 'right']),
  Or: base('Or'),
  And: base('And'),
  Not: base('Not'),
  Neg: base('Neg'),
  Pos: base('Pos'),
  Concat: base('NodeList').extend('Concat'),
  Compare: base('Compare'),
  If: define('If', 'If', ['branches', 'else_']),
  For: define('For', 'For', ['target', 'iter', 'test', 'recursive', 'body', 'else_']),
  Macro: define('Macro', 'Macro', ['name', 'parameters', 'defaults', 'body']),
  CallBlock: define('Node', 'CallBlock', ['call', 'parameters', 'defaults', 'body']),
  FilterBlock: define('Node', 'FilterBlock', ['filter', 'body']),
  Set: define('Set', 'Set', ['target', 'value']),
  SetBlock: define('Set', 'SetBlock', ['target', 'filter', 'body']),
  With: define('Node', 'With', ['targets', 'values', 'body']),
  Autoescape: define('Node', 'Autoescape', ['value', 'body']),
  Block: define('Block', 'Block', ['name', 'scoped', 'required', 'body']),
  Loader: define('Extends', 'Loader', ['kind', 'template', 'names', 'ignoreMissing']),
};

type NodeNamed<Name> = Extract<AnyNode, { typename: Name }>;

/** Where a node stands; any node or token will do. */
export interface At {
  readonly lineno: number;
  readonly colno: number;
}

/** Makes a node; `values` in the order of the class's fields. */
export function make<Name extends AnyNode['typename']>(
  name: Name,
  at: At,
  ...values: unknown[]
): NodeNamed<Name> {
  return new classes[name](at.lineno, at.colno, ...values) as unknown as NodeNamed<Name>;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'typename' in value;
}

/** The nodes directly below a node, in the order of its fields. */
export function childNodes(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  for (const field of node.fields) addNodes((node as unknown as Record<string, unknown>)[field], found);
  return found;
}

function addNodes(value: unknown, found: AnyNode[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) for (const item of value) addNodes(item, found);
  else if (isNode(value)) found.push(value);
  else if (isArguments(value)) {
    addNodes(value.positional, found);
    for (const [, item] of value.keywords) found.push(item);
    addNodes(value.spread, found);
    addNodes(value.keywordSpread, found);
  }
}

function isArguments(value: unknown): value is Arguments {
  return typeof value === 'object' && value !== null && 'keywordSpread' in value;
}

/** A node and everything below it. */
export function descendants(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = [node];
  // The list grows while it is walked.
  for (const each of found) for (const child of childNodes(each)) found.push(child);
  return found;
}
