import { TemplateError } from '../errors.ts';
import { Frame } from '../runtime/render.ts';
import { PyRange } from '../values/sequence.ts';
import { PyDict } from '../values/dict.ts';
import { Markup, PyFloat, itemsOf, type Value } from '../values/types.ts';
import { constant, type Compiled, type Evaluate, type Place } from './context.ts';

/** Whether a value may stand in the compiled template: nothing that is consumed, called or compared by identity. */
function isPlainValue(value: Value): boolean {
  if (value === null || typeof value !== 'object') return true;
  if (value instanceof PyFloat || value instanceof Markup || value instanceof PyRange) return true;
  const items = itemsOf(value);
  if (items) return items.every(isPlainValue);
  return value instanceof PyDict && [...value.entries()].every((pair) => pair.every(isPlainValue));
}

/**
 * Computes an expression at compile time when all its parts are constant, as Jinja2 does. One that fails is left to
 * fail when the template is rendered.
 */
export function folded(place: Place, parts: readonly Compiled[], compiled: Compiled): Compiled {
  if (!parts.every((part) => part.foldable)) return compiled;
  const value = computed(place, compiled.run);
  if (value === undefined) return compiled;
  // Under volatile escaping Jinja2 computes only what is printed as a whole.
  return isPlainValue(value) && place.escaping !== 'volatile'
    ? constant(value)
    : { ...compiled, foldable: true };
}

/** What an expression gives at compile time; undefined where it fails. */
export function computed(place: Place, run: Evaluate): Value | undefined {
  const { folding } = place.compilation;
  folding.autoescape = place.escapesConstants;
  try {
    return run(new Frame(folding, 0));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return undefined;
  }
}
