import { getAttribute, getItem } from '../runtime/attributes.ts';
import { dictMethods, dictMutators } from '../methods/dict.ts';
import { PyDict } from '../values/dict.ts';
import type { PySlice } from '../values/sequence.ts';
import { sliceOf } from '../values/sequence.ts';
import { Undefined } from '../values/undefined.ts';
import type { AttributeNode, ItemNode } from '../syntax/nodes.ts';
import { blame, dynamic, locate, type Compiled, type Place } from './context.ts';
import { compileExpression } from './expressions.ts';
import { folded } from './fold.ts';

/** `target.name`. Keys of dicts, which nearly all lookups are, are found without the general rules. */
export function compileAttribute(place: Place, node: AttributeNode): Compiled {
  const { name } = node;
  const target = compileExpression(place, node.target);
  const { run } = target;
  const isPlainKey = !name.startsWith('_') && !dictMethods.has(name) && !dictMutators.has(name);
  return folded(
    place,
    [target],
    dynamic((frame) => {
      const value = run(frame);
      if (isPlainKey && value instanceof PyDict) {
        const item = value.get(name);
        return item === undefined ? frame.render.undefined({ owner: value, name }) : item;
      }
      try {
        return getAttribute(frame.render, value, name);
      } catch (error) {
        throw blame(error, node, [value, node.target]);
      }
    }),
  );
}

/** `target[key]`. */
export function compileItem(place: Place, node: ItemNode): Compiled {
  const target = compileExpression(place, node.target);
  const key = compileExpression(place, node.val);
  if (node.val.typename === 'Slice') return compileSliced(place, node, target, key);
  const parts = [target, key];
  if (typeof key.constant === 'number' && Number.isInteger(key.constant) && key.constant >= 0) {
    const index = key.constant;
    return folded(
      place,
      parts,
      dynamic((frame) => {
        const value = target.run(frame);
        if (Array.isArray(value) && index < value.length) return value[index];
        try {
          return getItem(frame.render, value, index);
        } catch (error) {
          throw blame(error, node, [value, node.target]);
        }
      }),
    );
  }
  return folded(
    place,
    parts,
    dynamic((frame) => {
      const value = target.run(frame);
      const wanted = key.run(frame);
      if (typeof wanted === 'string' && value instanceof PyDict) {
        const item = value.get(wanted);
        if (item !== undefined) return item;
      }
      try {
        return getItem(frame.render, value, wanted);
      } catch (error) {
        throw blame(error, node, [value, node.target], [wanted, node.val]);
      }
    }),
  );
}

/** A slice bypasses the sandbox's forgiving lookup, and raises for what cannot be sliced, except at compile time. */
function compileSliced(place: Place, node: ItemNode, target: Compiled, key: Compiled): Compiled {
  return folded(
    place,
    [target, key],
    dynamic((frame) => {
      const value = target.run(frame);
      try {
        if (frame.render === place.compilation.folding) return getItem(frame.render, value, key.run(frame));
        const slice = key.run(frame) as PySlice;
        if (value instanceof Undefined) return value.mode === 'chainable' ? value : value.fail();
        return sliceOf(value, slice);
      } catch (error) {
        throw locate(error, node);
      }
    }),
  );
}
