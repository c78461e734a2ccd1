import vm from 'node:vm';
import type { ParsedBody } from '@tributary/body-parsing';
import { LimitError, PyDict, PyFloat, TemplateRuntimeError } from '@tributary/templating';
import type { Value } from '@tributary/templating';
import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** What a body lacks: a sentence, and where, as a JSON pointer into the body. */
export interface SchemaFault {
  message: string;
  pointer: string;
}

/** Checks a body; undefined when it is as the schema wants it. Throws a `LimitError` for what takes too long. */
export type BodySchema = (body: Pick<ParsedBody, 'value' | 'text'>) => SchemaFault | undefined;

/** Milliseconds of a processor's time that compiling a schema, or checking one body, may take. */
const COMPILE_MS = 500;
const CHECK_MS = 50;

/**
 * Characters of schema times characters of body below which a check without the keywords of {@link UNBOUNDED} is over in
 * no time whatever they hold.
 */
const MAX_UNGUARDED = 50_000_000;

/** Keywords whose work is not bounded by the sizes of schema and body: backtracking, comparing all pairs, repetition. */
const UNBOUNDED = /"(?:pattern|patternProperties|uniqueItems|\$ref|\$dynamicRef|\$recursiveRef)"/;

const DRAFT_7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;

/**
 * Compiles a webhook's JSON Schema: draft 2020-12, or draft 7 where `$schema` says so. Management has checked it against its
 * meta-schema; formats are annotations. Schema and body are strangers' work: what could take long is watched, and stopped.
 * Throws a `TemplateError` for a schema that does not compile.
 */
export function compileBodySchema(schema: Record<string, unknown> | boolean): BodySchema {
  const source = JSON.stringify(schema);
  const validate = guarded(COMPILE_MS, 'Compiling the schema', () => compile(schema));
  const isUnbounded = UNBOUNDED.test(source);
  return (body) => {
    const value = plain(body.value);
    const check = (): boolean => validate(value);
    const isValid =
      isUnbounded || source.length * body.text.length > MAX_UNGUARDED
        ? guarded(CHECK_MS, 'Checking the body', check)
        : check();
    return isValid ? undefined : faultOf(validate.errors ?? []);
  };
}

/** One instance for each schema: ajv would remember every schema that it ever saw. */
function compile(schema: Record<string, unknown> | boolean): ValidateFunction {
  const isDraft7 = typeof schema === 'object' && DRAFT_7.test(String(schema['$schema']));
  const Validator = isDraft7 ? Ajv : Ajv2020;
  const ajv = new Validator({
    strict: false,
    validateFormats: false,
    validateSchema: false,
    meta: false,
    addUsedSchema: false,
    logger: false,
  });
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new TemplateRuntimeError(`The schema cannot be used: ${(error as Error).message}`);
  }
}

/** The value of a body as `JSON.parse` has it: what is too large for a float is infinite. */
function plain(value: Value): unknown {
  if (value instanceof PyDict)
    return Object.fromEntries([...value.entries()].map(([key, item]) => [key, plain(item)]));
  if (value instanceof PyFloat) return value.value;
  if (typeof value === 'bigint') return Number(value);
  return Array.isArray(value) ? value.map(plain) : value;
}

const sandbox: { job: () => unknown } = { job: () => undefined };
const context = vm.createContext(sandbox);
const script = new vm.Script('job()');

/**
 * Runs work that may never end: nothing but V8 itself can stop a regular expression. Costs some tenths of a millisecond. V8
 * looks at the clock; where others had the processor meanwhile, the work was not to blame and begins anew.
 */
function guarded<T>(limitMs: number, what: string, work: () => T): T {
  sandbox.job = work;
  const started = cpuMs();
  try {
    for (let attempts = 1; ; attempts++) {
      try {
        return script.runInContext(context, { timeout: limitMs }) as T;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        if (cpuMs() - started < limitMs * 0.9 && attempts < MAX_ATTEMPTS) continue;
        throw new LimitError('steps', limitMs, `${what} took more than ${limitMs} ms.`);
      }
    }
  } finally {
    sandbox.job = () => undefined;
  }
}

const MAX_ATTEMPTS = 20;

/** Milliseconds that this thread has had a processor for. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Of a combination's faults the first is a branch's; the last says what all of them mean together. */
function faultOf(errors: Partial<ErrorObject>[]): SchemaFault {
  const last = errors.at(-1);
  const error = (last?.keyword === 'if' ? errors[0] : last) ?? {};
  const { instancePath = '', message = 'is not as it should be' } = error;
  const member = memberOf(error);
  const pointer =
    member === undefined
      ? instancePath
      : `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const named = error.keyword === 'required' || member === undefined ? '' : `, such as '${member}'`;
  return { message: `The body is not as the schema wants it: ${message}${named}.`, pointer };
}

/** The member that is missing, or too many: the pointer is that of the object that should, or should not, have it. */
function memberOf({ params = {} }: Partial<ErrorObject>): string | undefined {
  const { missingProperty, additionalProperty, unevaluatedProperty, propertyName } = params as Record<
    string,
    unknown
  >;
  const member = missingProperty ?? additionalProperty ?? unevaluatedProperty ?? propertyName;
  return typeof member === 'string' ? member : undefined;
}
