export {
  Environment,
  createEnvironment,
  type CompileOptions,
  type EnvironmentOptions,
  type HostFunction,
} from './environment.ts';
export type { TemplateMode } from './compile/context.ts';
export { cloudEventId } from './prefect/cloud-event.ts';
export { createTemplateCache, type TemplateCache } from './cache.ts';
export { createThrottle, type Throttle } from './throttle.ts';
export { lintExpression, lintTemplate, type LintFinding, type LintRule } from './lint/lint.ts';
export { CompiledExpression, Template, type TemplateContext } from './template.ts';
export { validateTemplate, type TemplateProblem } from './validate.ts';
export {
  FilterArgumentError,
  LimitError,
  PythonError,
  SecurityError,
  TemplateAssertionError,
  TemplateError,
  TemplateRuntimeError,
  TemplateSyntaxError,
  UndefinedError,
  type LimitName,
  type Position,
} from './errors.ts';
export { defaultLimits, type Limits } from './runtime/budget.ts';
export { jsonLimits, JsonSyntaxError, parseJson } from './json/parse.ts';
export { toJson } from './json/write.ts';
export { fromPlain } from './json/from-plain.ts';
export { caseInsensitiveDict } from './values/headers.ts';
export { PyDict } from './values/dict.ts';
export { Undefined, type UndefinedMode } from './values/undefined.ts';
export { Markup, PyFloat, PyObject, PyTuple, type Value } from './values/types.ts';
export { str } from './values/text.ts';
export { truthy } from './values/compare.ts';
