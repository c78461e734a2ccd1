import type { At, Expression, RootNode, Statement } from '../syntax/nodes.ts';
import { startOf } from './start-of.ts';

/** A part of what a template writes: text of its own, or a value (null). */
export interface Piece {
  text: string | null;
  at: At;
}

/** As many ways through a template as are looked at, and how much they may write together. */
const mostPaths = 64;
const mostCharacters = 500_000;

/**
 * What a template writes along some of the ways through it: branches that are taken or not, loops that run once or never.
 * The first takes all branches, the second none; the rest are mixed, the same for the same template.
 */
export function* pathsOf(root: RootNode): Generator<Piece[]> {
  let written = 0;
  for (let path = 0; path < mostPaths && written < mostCharacters; path++) {
    const walk = new Walk(path);
    walk.visit(root.children);
    yield walk.pieces;
    if (walk.choices === 0 || (walk.choices === 1 && path === 1)) return;
    written += walk.pieces.reduce((sum, { text }) => sum + (text?.length ?? 1), 0);
  }
}

class Walk {
  readonly pieces: Piece[] = [];
  choices = 0;
  private readonly path: number;

  constructor(path: number) {
    this.path = path;
  }

  private decide(): boolean {
    const choice = this.choices++;
    if (this.path < 2) return this.path === 0;
    // Bits of the number first, so that few choices are tried in all combinations.
    if (choice < 5) return ((this.path >> choice) & 1) === 1;
    return ((Math.imul(this.path * 64 + choice, 0x9e3779b1) >>> 17) & 1) === 1;
  }

  visit(nodes: readonly Statement[]): void {
    for (const node of nodes) this.statement(node);
  }

  private statement(node: Statement): void {
    switch (node.typename) {
      case 'Output':
        for (const child of node.children) this.output(child);
        return;
      case 'If':
        return this.visit(node.branches.find(() => this.decide())?.[1] ?? node.else_);
      case 'For':
        return this.visit(this.decide() ? node.body : node.else_);
      case 'With':
      case 'Autoescape':
      case 'Block':
        return this.visit(node.body);
      case 'FilterBlock':
      case 'CallBlock':
      case 'Loader':
        this.pieces.push({ text: null, at: node });
        return;
      default:
        return;
    }
  }

  /** Literal texts are the author's own, such as the comma of `',' if not loop.last`. */
  private output(node: Expression): void {
    if (node.typename === 'InlineIf') {
      if (this.decide()) this.output(node.body);
      else if (node.else_) this.output(node.else_);
      return;
    }
    const isText =
      node.typename === 'TemplateData' || (node.typename === 'Literal' && typeof node.value === 'string');
    this.pieces.push({ text: isText ? (node.value as string) : null, at: startOf(node) });
  }
}
