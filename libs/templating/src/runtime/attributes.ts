import { typeError } from '../errors.ts';
import { bytesMethods } from '../methods/bytes.ts';
import { dictMethods, dictMutators } from '../methods/dict.ts';
import { listMethods, listMutators, tupleMethods, rangeMethods } from '../methods/list.ts';
import { numberAttribute } from '../methods/number.ts';
import { markupMethods } from '../methods/markup.ts';
import { setMethods, setMutators, viewMethods } from '../methods/set.ts';
import { strMethods } from '../methods/str.ts';
import { PyBytes } from '../values/bytes.ts';
import { DictView, PyDict } from '../values/dict.ts';
import { subscript } from '../values/index-lookup.ts';
import { PyRange } from '../values/sequence.ts';
import { PySet } from '../values/set.ts';
import { Undefined } from '../values/undefined.ts';
import { Markup, PyObject, PyTuple, textOf, typeName, type Value } from '../values/types.ts';
import { BoundMethod, Callable } from './callable.ts';
import { caught } from './caught.ts';
import type { Render } from './render.ts';
import type { Keywords } from './signature.ts';

/** The object refuses the attribute: it exists in Python, and the sandbox hides it. */
export const forbidden = Symbol('forbidden');

/** Attributes that every Python object has, and those of the containers. */
const internals = new Set(
  (
    'class delattr dir doc eq format ge getattribute getstate gt hash init init_subclass le lt ne new reduce reduce_ex repr ' +
    'setattr sizeof str subclasshook module dict weakref len getitem contains iter add mul rmul mod call name qualname self ' +
    'code globals closure defaults func bool int float abs neg index next html slots text_signature setitem delitem iadd imul ' +
    'reversed class_getitem or ror ior getnewargs'
  )
    .split(' ')
    .map((name) => `__${name}__`),
);

/** Python's `getattr` within the sandbox: a value, `forbidden`, or undefined where there is no such attribute. */
export function attributeOf(value: Value, name: string): Value | typeof forbidden | undefined {
  if (name.charCodeAt(0) === 0x5f) return privateAttribute(value, name);
  if (typeof value === 'string') return methodOf(value, strMethods, name);
  if (value instanceof PyDict) return dictMutators.has(name) ? forbidden : methodOf(value, dictMethods, name);
  if (Array.isArray(value)) return listMutators.has(name) ? forbidden : methodOf(value, listMethods, name);
  if (value instanceof Undefined) {
    if (value.mode === 'chainable') return value;
    value.fail();
  }
  if (value instanceof Markup) return methodOf(value, markupMethods, name);
  if (value instanceof PyTuple) return methodOf(value, tupleMethods, name) ?? value.attribute(name);
  if (value instanceof PyRange) return methodOf(value, rangeMethods, name) ?? value.attribute(name);
  if (value instanceof PyBytes) return methodOf(value, bytesMethods, name);
  if (value instanceof PySet) return setMutators.has(name) ? forbidden : methodOf(value, setMethods, name);
  if (value instanceof DictView) return viewAttribute(value, name);
  const attribute = numberAttribute(value, name);
  return attribute === undefined && value instanceof PyObject ? value.attribute(name) : attribute;
}

function viewAttribute(view: DictView, name: string): Value | undefined {
  const method = view.kind === 'values' ? undefined : methodOf(view, viewMethods, name);
  return method ?? view.attribute(name);
}

function privateAttribute(value: Value, name: string): typeof forbidden | Value | undefined {
  if (internals.has(name)) return forbidden;
  if (value instanceof Undefined) {
    if (value.mode === 'chainable')
      return name.startsWith('__') && name.endsWith('__') ? undefined : forbidden;
    value.fail();
  }
  // The attributes of a namespace are the template's own, and the sandbox hides those with an underscore all the same.
  return value instanceof PyObject && value.attribute(name) !== undefined ? forbidden : undefined;
}

function methodOf(
  value: Value,
  methods: ReadonlyMap<string, BoundMethod['method']>,
  name: string,
): Value | undefined {
  const method = methods.get(name);
  return method && new BoundMethod(value, method);
}

function unsafe(render: Render, owner: Value, name: string): Undefined {
  const message = `access to attribute '${name}' of '${typeName(owner)}' object is unsafe.`;
  return render.undefined({ message, name, owner, unsafe: true });
}

function trySubscript(value: Value, key: Value): Value | undefined {
  if (value instanceof PyDict && (typeof key === 'string' || typeof key === 'number')) return value.get(key);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return undefined;
  // What a text subscripts is a dict; to try anything else would only raise an error to catch it.
  if (typeof key === 'string' && !(value instanceof PyDict || value instanceof Undefined)) return undefined;
  try {
    return subscript(value, key);
  } catch (error) {
    if (caught(error, 'TypeError', 'KeyError', 'IndexError', 'LookupError')) return undefined;
    throw error;
  }
}

/** Jinja2's `value.name`: the attribute, else the item, else undefined. */
export function getAttribute(render: Render, value: Value, name: string): Value {
  const attribute = attributeOf(value, name);
  if (attribute === forbidden) return unsafe(render, value, name);
  if (attribute !== undefined) return attribute;
  const item = trySubscript(value, name);
  return item === undefined ? render.undefined({ owner: value, name }) : item;
}

/** Jinja2's `value[key]`: the item, else the attribute, else undefined. */
export function getItem(render: Render, value: Value, key: Value): Value {
  const item = trySubscript(value, key);
  if (item !== undefined) return item;
  const name = textOf(key);
  if (name !== undefined) {
    const attribute = attributeOf(value, name);
    if (attribute === forbidden) return unsafe(render, value, name);
    if (attribute !== undefined) return attribute;
  }
  return render.undefined({ owner: value, name: key });
}

/** Calls a value; raises for what cannot be called. */
export function callValue(
  render: Render,
  value: Value,
  positional: readonly Value[],
  keywords?: Keywords,
): Value {
  if (value instanceof Callable) return value.call(render, positional, keywords);
  if (value instanceof Undefined) value.fail();
  throw typeError(`'${typeName(value)}' object is not callable`);
}
