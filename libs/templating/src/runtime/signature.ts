import { typeError } from '../errors.ts';
import { PyDict } from '../values/dict.ts';
import { PyFloat, PyTuple, type Value } from '../values/types.ts';

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  /** What stands in for an argument that is not given; undefined where the function asks whether it was. */
  readonly fallback: Value | undefined;
}

/** How a built-in takes its arguments. */
export interface Signature {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Arguments cannot be given by name, as in Python's own methods. */
  readonly positionalOnly: boolean;
  readonly varargs: boolean;
  readonly keywords: boolean;
}

/** Arguments given by name, in the order of the call. */
export type Keywords = ReadonlyMap<string, Value>;

const constants: Record<string, Value | undefined> = {
  None: null,
  True: true,
  False: false,
  '?': undefined,
  '()': new PyTuple([]),
};

/**
 * Reads a signature written as in Python: `replace(value, old, new, count=None)`. A closing `/` makes all parameters
 * positional only, `*args` and `**kwargs` collect the rest, and the default `?` leaves a parameter out when it is not given.
 */
export function parseSignature(text: string): Signature {
  const open = text.indexOf('(');
  const name = text.slice(0, open);
  const parts = text.slice(open + 1, text.lastIndexOf(')')).match(/(?:'[^']*'|\(\)|[^,])+/g) ?? [];
  const parameters: Parameter[] = [];
  let positionalOnly = false;
  let varargs = false;
  let keywords = false;
  for (const part of parts.map((piece) => piece.trim())) {
    if (part === '/') positionalOnly = true;
    else if (part.startsWith('**')) keywords = true;
    else if (part.startsWith('*')) varargs = true;
    else parameters.push(parseParameter(part));
  }
  return { name, parameters, positionalOnly, varargs, keywords };
}

function parseParameter(text: string): Parameter {
  const equals = text.indexOf('=');
  if (equals < 0) return { name: text, required: true, fallback: undefined };
  return { name: text.slice(0, equals), required: false, fallback: parseDefault(text.slice(equals + 1)) };
}

function parseDefault(text: string): Value | undefined {
  if (text in constants) return constants[text];
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll('\\n', '\n');
  return text.includes('.') ? new PyFloat(Number(text)) : Number(text);
}

/** The arguments in the order of the parameters; then, where the signature has them, a list and a dict of the rest. */
export type BoundArguments = (Value | undefined)[];

/** Matches arguments to parameters as Python does, with its TypeErrors. */
export function bindArguments(
  signature: Signature,
  positional: readonly Value[],
  keywords?: Keywords,
): BoundArguments {
  const { parameters } = signature;
  const bound: BoundArguments = positional.slice(0, parameters.length);
  const rest = positional.slice(parameters.length);
  if (rest.length > 0 && !signature.varargs) throw tooMany(signature, positional.length);
  while (bound.length < parameters.length) bound.push(undefined);
  const extra = signature.keywords ? new PyDict() : undefined;
  const given = new Set<number>();
  for (const [name, value] of keywords ?? []) {
    const index = signature.positionalOnly
      ? -1
      : parameters.findIndex((parameter) => parameter.name === name);
    if (index >= 0) {
      if (index < positional.length)
        throw typeError(`${signature.name}() got multiple values for argument '${name}'`);
      bound[index] = value;
      given.add(index);
    } else if (extra) {
      extra.set(name, value);
    } else if (signature.positionalOnly) {
      throw typeError(`${signature.name}() takes no keyword arguments`);
    } else {
      throw typeError(`${signature.name}() got an unexpected keyword argument '${name}'`);
    }
  }
  for (let i = positional.length; i < parameters.length; i++) {
    if (given.has(i)) continue;
    const parameter = parameters[i] as Parameter;
    if (parameter.required) throw missing(signature, parameter);
    bound[i] = parameter.fallback;
  }
  if (signature.varargs) bound.push(rest);
  if (extra) bound.push(extra);
  return bound;
}

function missing(signature: Signature, parameter: Parameter): Error {
  return typeError(`${signature.name}() missing 1 required positional argument: '${parameter.name}'`);
}

function tooMany(signature: Signature, count: number): Error {
  const most = signature.parameters.length;
  return typeError(
    `${signature.name}() takes ${most} positional argument${most === 1 ? '' : 's'} but ${count} ${count === 1 ? 'was' : 'were'} given`,
  );
}
