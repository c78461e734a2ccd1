import { formatText } from '../formatting/format.ts';
import { getAttribute, getItem } from '../runtime/attributes.ts';
import { native } from '../runtime/callable.ts';
import type { Render } from '../runtime/render.ts';
import type { PyDict } from '../values/dict.ts';
import { Markup, textOf, type Value } from '../values/types.ts';

function run(render: Render, self: Value, positional: readonly Value[], named: Value): Value {
  const text = formatText(textOf(self) as string, {
    positional,
    named,
    attribute: (value, name) => getAttribute(render, value, name),
    item: (value, key) => getItem(render, value, key),
    escaping: self instanceof Markup,
  });
  return self instanceof Markup ? new Markup(text) : text;
}

/** `str.format`; its lookups go through the sandbox. */
export const strFormat = native(
  'format(*args, **kwargs)',
  (render, self: Value, args: Value[], named: PyDict) => run(render, self, args, named),
);

/** `str.format_map`. */
export const strFormatMap = native('format_map(mapping, /)', (render, self: Value, mapping: Value) => {
  return run(render, self, [], mapping);
});
