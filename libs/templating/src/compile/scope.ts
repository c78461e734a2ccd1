import { childNodes, type AnyNode, type Expression, type Statement, type Target } from '../syntax/nodes.ts';

/*
 * Jinja2 decides at compile time what every name refers to. A scope (template, block, macro, loop body, `with`, captured
 * text) has its own variables; a name read in a scope is its own variable, one of a scope around it, or the context's.
 */

/** A function with variables of its own at run time: the template, a block, a macro, a recursive loop. */
export class Activation {
  readonly parent: Activation | undefined;
  size = 0;
  /** Names taken from the context when the activation starts; only templates and blocks have them. */
  readonly imports = new Map<string, Variable>();

  constructor(parent?: Activation) {
    this.parent = parent;
  }

  /** The template or block around, which asks the context. */
  get importer(): Activation {
    return this.parent ? this.parent.importer : this;
  }

  allocate(): Variable {
    return { activation: this, slot: this.size++ };
  }

  private imported: { name: string; slot: number }[] = [];

  /** The imports as a list, which is quicker to walk. */
  importList(): { name: string; slot: number }[] {
    if (this.imported.length !== this.imports.size) {
      this.imported = [...this.imports].map(([name, { slot }]) => ({ name, slot }));
    }
    return this.imported;
  }

  import(name: string): Variable {
    const { importer } = this;
    let variable = importer.imports.get(name);
    if (!variable) importer.imports.set(name, (variable = importer.allocate()));
    return variable;
  }
}

/** Where a value lives at run time. */
export interface Variable {
  readonly activation: Activation;
  readonly slot: number;
}

/** What a variable holds when its scope is entered. */
type Origin =
  | { kind: 'parameter' }
  | { kind: 'unset' }
  | { kind: 'copy'; from: Variable }
  /** Read from the context; where the scope never assigns the name, the import itself is the variable. */
  | { kind: 'context'; name: string };

/** How a scope's variables begin: `from` undefined leaves them unset. */
export interface Initialization {
  readonly slot: number;
  readonly from: Variable | undefined;
}

export class Scope {
  readonly parent: Scope | undefined;
  readonly activation: Activation;
  private readonly variables: Map<string, Variable>;
  private readonly names: Set<string>;
  private readonly origins: Map<string, Origin>;
  readonly stores: Set<string>;

  constructor(activation: Activation, parent?: Scope, copy?: Scope) {
    this.activation = activation;
    this.parent = parent;
    // Branches of an `if` share their variables, but not what is known about them.
    this.variables = copy ? copy.variables : new Map<string, Variable>();
    this.names = new Set(copy?.names);
    this.origins = new Map(copy?.origins);
    this.stores = new Set(copy?.stores);
  }

  private define(name: string, origin: Origin): void {
    if (!this.variables.has(name)) this.variables.set(name, this.activation.allocate());
    this.names.add(name);
    this.origins.set(name, origin);
  }

  private knows(name: string): boolean {
    return this.names.has(name) || (this.parent?.knows(name) ?? false);
  }

  /** The variable a name refers to; it must have been seen by the analysis. */
  find(name: string): Variable | undefined {
    if (!this.names.has(name)) return this.parent?.find(name);
    const origin = this.origins.get(name);
    if (origin?.kind === 'context' && !this.stores.has(name)) return this.activation.import(name);
    return this.variables.get(name);
  }

  declare(name: string): void {
    this.stores.add(name);
    this.define(name, { kind: 'parameter' });
  }

  load(name: string): void {
    if (!this.knows(name)) this.define(name, { kind: 'context', name });
  }

  store(name: string): void {
    this.stores.add(name);
    if (this.names.has(name)) return;
    const outer = this.parent?.find(name);
    this.define(name, outer ? { kind: 'copy', from: outer } : { kind: 'unset' });
  }

  branch(): Scope {
    return new Scope(this.activation, this.parent, this);
  }

  /** Takes over what the branches of an `if` define: a name that only some assign keeps its outer value in the others. */
  merge(branches: Scope[]): void {
    const fresh = new Set(
      branches.flatMap((branch) => [...branch.stores]).filter((name) => !this.stores.has(name)),
    );
    for (const branch of branches) {
      for (const name of branch.names) this.names.add(name);
      for (const [name, origin] of branch.origins) this.origins.set(name, origin);
      for (const name of branch.stores) this.stores.add(name);
    }
    for (const name of fresh) {
      const outer = this.parent?.find(name);
      this.origins.set(name, outer ? { kind: 'copy', from: outer } : { kind: 'context', name });
    }
  }

  /** What to do when the scope is entered. Call it once the analysis of the scope is complete. */
  initializations(): Initialization[] {
    const result: Initialization[] = [];
    for (const [name, origin] of this.origins) {
      const variable = this.variables.get(name) as Variable;
      if (origin.kind === 'unset') result.push({ slot: variable.slot, from: undefined });
      else if (origin.kind === 'copy') result.push({ slot: variable.slot, from: origin.from });
      else if (origin.kind === 'context' && this.stores.has(name)) {
        result.push({ slot: variable.slot, from: this.activation.import(name) });
      }
    }
    return result;
  }

  /** All assigned names visible here with their variables, as scoped blocks get them. */
  visibleStores(): Map<string, Variable> {
    const result = this.parent?.visibleStores() ?? new Map<string, Variable>();
    for (const name of this.stores) result.set(name, this.find(name) as Variable);
    return result;
  }
}

/** Records the names that statements and expressions read and assign in a scope; inner scopes are left out. */
export class Analysis {
  private scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  all(nodes: Iterable<AnyNode>): void {
    for (const node of nodes) this.visit(node);
  }

  /** An assignment target; `parameter` where the scope is given its value from outside. */
  target(target: Target, parameter = false): void {
    if (target.typename === 'Tuple')
      for (const item of target.children) this.target(item as Target, parameter);
    else if (target.typename === 'NamespaceRef') this.scope.load(target.name);
    else if (parameter) this.scope.declare(target.value);
    else this.scope.store(target.value);
  }

  visit(node: AnyNode): void {
    switch (node.typename) {
      case 'Symbol':
        return this.scope.load(node.value);
      case 'If':
        return this.visitIf(node.branches, node.else_);
      case 'For':
        return this.visit(node.iter);
      case 'Macro':
        return this.scope.store(node.name);
      case 'CallBlock':
        return this.visit(node.call);
      case 'FilterBlock':
        return this.visit(node.filter);
      case 'With':
        return this.all(node.values);
      case 'Set':
        this.visit(node.value);
        return this.target(node.target);
      case 'SetBlock':
        return this.target(node.target);
      case 'Loader':
        this.visit(node.template);
        for (const name of node.names) this.scope.store(name);
        return;
      case 'Block':
      case 'Autoescape':
        return;
      default:
        this.all(childNodes(node));
    }
  }

  /** The branches as Jinja2 groups them: the first body, all `elif`s as one, the `else`. */
  private visitIf(branches: [Expression, Statement[]][], else_: Statement[]): void {
    const [first, ...rest] = branches;
    if (first) this.visit(first[0]);
    const outer = this.scope;
    const visitBranch = (visit: () => void): Scope => {
      this.scope = outer.branch();
      visit();
      const branch = this.scope;
      this.scope = outer;
      return branch;
    };
    outer.merge([
      visitBranch(() => this.all(first?.[1] ?? [])),
      visitBranch(() => {
        for (const [test, body] of rest) this.visitIf([[test, body]], []);
      }),
      visitBranch(() => this.all(else_)),
    ]);
  }
}

/** Which of `names` are read in `nodes` before anything there assigns them; inner macros and blocks count too. */
export function undeclared(nodes: Iterable<AnyNode>, names: string[]): Set<string> {
  const wanted = new Set(names);
  const found = new Set<string>();
  const assigned = new Set<string>();
  const visit = (node: AnyNode): void => {
    if (node.typename === 'Block') return;
    if (node.typename === 'Symbol') {
      if (wanted.has(node.value) && !assigned.has(node.value)) found.add(node.value);
      return;
    }
    const targets = targetsOf(node);
    for (const child of childNodes(node)) if (!targets.has(child)) visit(child);
  };
  /** Jinja2 walks a node's parts in order, so that a target hides the name for what follows it. */
  const targetsOf = (node: AnyNode): Set<AnyNode> => {
    const targets = new Set<AnyNode>();
    const add = (target: AnyNode): void => {
      targets.add(target);
      if (target.typename === 'Symbol') assigned.add(target.value);
      else if (target.typename === 'Tuple') target.children.forEach(add);
    };
    if (node.typename === 'For' || node.typename === 'Set' || node.typename === 'SetBlock') add(node.target);
    if (node.typename === 'With') node.targets.forEach(add);
    if (node.typename === 'Macro' || node.typename === 'CallBlock') node.parameters.forEach(add);
    return targets;
  };
  for (const node of nodes) visit(node);
  return found;
}
