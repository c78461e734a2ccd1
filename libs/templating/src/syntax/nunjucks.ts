import nunjucks from 'nunjucks';

/*
 * What this library builds on inside nunjucks 3.2 and `@types/nunjucks` does not describe. The classes are written for
 * ES5 with an `extend` of their own; a JavaScript class can extend them too.
 */

/** A node of the syntax tree. `lineno` and `colno` count from 0. */
export interface Node {
  readonly typename: string;
  readonly fields: readonly string[];
  readonly lineno: number;
  readonly colno: number;
}

export interface NodeClass {
  new (lineno: number, colno: number, ...values: unknown[]): Node;
  extend(name: string, properties?: Record<string, unknown>): NodeClass;
}

/** A token, in nunjucks' shape: `lineno` and `colno` count from 0. */
export interface Token {
  readonly type: string;
  readonly value: unknown;
  readonly lineno: number;
  readonly colno: number;
}

/** The helpers of nunjucks' parser that ours keeps. */
export interface BaseParser {
  skip(type: string): boolean;
  expect(type: string): Token;
  skipValue(type: string, value: unknown): boolean;
  skipSymbol(value: string): boolean;
  fail(message: string, lineno?: number, colno?: number): never;
}

interface Internals {
  nodes: Record<string, NodeClass>;
  parser: { Parser: new (tokens: unknown) => BaseParser };
  Environment: typeof nunjucks.Environment;
  Template: new (source: string, environment: unknown, path?: string, eager?: boolean) => object;
}

const internals = nunjucks as unknown as Internals;

export const { nodes, Environment: NunjucksEnvironment, Template: NunjucksTemplate } = internals;
export const NunjucksParser = internals.parser.Parser;
