import { PythonError, typeError } from '../errors.ts';
import { native } from '../runtime/callable.ts';
import type { Render } from '../runtime/render.ts';
import { Undefined } from '../values/undefined.ts';
import { textOf, typeName, type Value } from '../values/types.ts';
import { Translations, decimalSeparator, englishLocale, findLocale, thousandsSeparator } from './locale.ts';
import {
  apnumber,
  clamp,
  fractional,
  intcomma,
  intword,
  metric,
  naturalsize,
  ordinal,
  scientific,
} from './numbers.ts';
import { precisedelta } from './precise.ts';
import {
  absTimedelta,
  dateAndDeltaTuple,
  naturaldate,
  naturalday,
  naturaldelta,
  naturaltime,
} from './time.ts';

/** Sets the language for the rest of this render. */
function activate(render: Render, locale: Value, path: Value): Value {
  if (locale instanceof Undefined) locale.fail();
  const code = locale === null ? 'en' : textOf(locale);
  if (code === undefined) {
    throw new PythonError('AttributeError', `'${typeName(locale)}' object has no attribute 'startswith'`);
  }
  if (code.startsWith('en')) {
    render.locale = englishLocale;
    return new Translations('NullTranslations');
  }
  const found = path === null ? findLocale(code) : undefined;
  if (!found)
    throw new PythonError('FileNotFoundError', "[Errno 2] No translation file found for domain: 'humanize'");
  render.locale = found;
  return new Translations('GNUTranslations');
}

/** The 20 filters of `jinja2-humanize-extension` 0.4, with the results of humanize 4.16. */
export const humanizeFilters = [
  native('humanize_abs_timedelta(delta)', absTimedelta),
  native("humanize_naturalsize(value, binary=False, gnu=False, format='%.1f')", naturalsize),
  native('humanize_date_and_delta(value, *args)', (render, value: Value, args: Value[]) => {
    if (args.length > 0) {
      throw typeError(`_date_and_delta() takes 1 positional argument but ${args.length + 1} were given`);
    }
    return dateAndDeltaTuple(render, value);
  }),
  native('humanize_naturaldate(value)', naturaldate),
  native('humanize_naturalday(value)', (render, value: Value) => naturalday(render, value)),
  native("humanize_naturaldelta(value, months=True, minimum_unit='seconds')", naturaldelta),
  native(
    "humanize_naturaltime(value, future=False, months=True, minimum_unit='seconds', when=None)",
    (render, value: Value, future: Value, months: Value, minimumUnit: Value, when: Value) =>
      naturaltime(render, value, { future, months, minimumUnit, when }),
  ),
  native(
    "humanize_precisedelta(value, minimum_unit='seconds', suppress=(), format='%0.2f')",
    (render, value: Value, minimumUnit: Value, suppress: Value, format: Value) =>
      precisedelta(render, value, { minimumUnit, suppress, format }),
  ),
  native("humanize_ordinal(value, gender='male')", ordinal),
  native('humanize_intcomma(value, ndigits=None)', intcomma),
  native("humanize_intword(value, format='%.1f')", intword),
  native('humanize_apnumber(value)', apnumber),
  native('humanize_fractional(value)', fractional),
  native('humanize_scientific(value, precision=2)', scientific),
  native(
    "humanize_clamp(value, floor=None, ceil=None, format='{:}', floor_token='<', ceil_token='>')",
    (render, value: Value, floor: Value, ceil: Value, format: Value, floorToken: Value, ceilToken: Value) =>
      clamp(render, value, { floor, ceil, format, floorToken, ceilToken }),
  ),
  native("humanize_metric(value, unit='', precision=3)", metric),
  native('humanize_activate(locale, path=None)', activate),
  native('humanize_deactivate(value)', (render) => {
    render.locale = englishLocale;
    return null;
  }),
  native('humanize_thousands_separator(value)', (render) => thousandsSeparator(render.locale)),
  native('humanize_decimal_separator(value)', (render) => decimalSeparator(render.locale)),
];

// Numbers, plurals and catalogs of messages: a call takes as long as some tens of ordinary steps.
for (const filter of humanizeFilters) filter.cost = 60;
