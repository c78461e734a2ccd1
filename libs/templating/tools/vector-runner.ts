import { PyDict, TemplateError, createEnvironment, parseJson, type Value } from '../src/index.ts';

/** One line of a file of vectors, as its README describes it; the context is made of engine values. */
export interface Vector {
  id: string;
  category: string;
  template: string;
  context: PyDict;
  expect: { output: string } | { error: string };
}

export interface VectorResult {
  vector: Vector;
  passed: boolean;
  /** What happened, for people to read. */
  actual: string;
  milliseconds: number;
}

/** Noon of 2024-05-17, the time at which vectors expect the clock to stand. */
const vectorTime = Date.UTC(2024, 4, 17, 12);

function member(dict: Value | undefined, name: string): Value | undefined {
  return dict instanceof PyDict ? dict.get(name) : undefined;
}

function readVector(line: string): Vector {
  const dict = parseJson(line);
  const expect = member(dict, 'expect');
  const output = member(expect, 'output');
  const context = member(dict, 'context');
  return {
    id: String(member(dict, 'id')),
    category: String(member(dict, 'category')),
    template: member(dict, 'template') as string,
    context: context instanceof PyDict ? context : new PyDict(),
    expect: typeof output === 'string' ? { output } : { error: String(member(expect, 'error')) },
  };
}

export function readVectors(text: string): Vector[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(readVector);
}

/** One environment for all: that no render leaves a trace in it is part of what is tested. */
const environment = createEnvironment({ now: () => vectorTime });

function render(vector: Vector): { output: string } | { error: unknown } {
  try {
    return { output: environment.compile(vector.template).render(vector.context) };
  } catch (error) {
    return { error };
  }
}

/** Renders one vector. An exception that is none of the engine's own counts as a failure, whatever was expected. */
export function runVector(vector: Vector): VectorResult {
  const start = performance.now();
  const result = render(vector);
  const milliseconds = performance.now() - start;
  if ('output' in result) {
    const passed = 'output' in vector.expect && vector.expect.output === result.output;
    return { vector, passed, actual: JSON.stringify(result.output), milliseconds };
  }
  const { error } = result;
  const isOwn = error instanceof TemplateError && error.cause === undefined;
  const actual = error instanceof Error ? `fails with ${error.name}: ${error.message}` : String(error);
  return { vector, passed: isOwn && 'error' in vector.expect, actual, milliseconds };
}
