import { PythonError, keyError, typeError, valueError } from '../errors.ts';
import { floatOf, integerOf, roundValue } from '../filters/numbers.ts';
import { caught } from '../runtime/caught.ts';
import type { Render } from '../runtime/render.ts';
import { numberOf, truthy } from '../values/compare.ts';
import { repr, str } from '../values/text.ts';
import { Undefined } from '../values/undefined.ts';
import { PyObject, PyTuple, textOf, typeName, type Value } from '../values/types.ts';
import { DateTime, TimeDelta, roundHalfEven, strftime } from './datetime.ts';
import { translate, translateCount } from './locale.ts';
import { intcomma, percent } from './numbers.ts';

const now = (render: Render): DateTime => DateTime.ofMilliseconds(render.options.now());

interface Moment {
  date: DateTime;
  delta: TimeDelta;
}

/** When something was that is `value` seconds ago, and how long that is; undefined for what is no time. */
export function dateAndDelta(
  render: Render,
  value: Value,
  options: { at?: Value; precise?: boolean } = {},
): Moment | undefined {
  const at = options.at !== undefined && options.at !== null ? options.at : now(render);
  if (value instanceof DateTime && at instanceof DateTime)
    return { date: value, delta: at.since(value).abs() };
  try {
    let delta: TimeDelta;
    if (value instanceof TimeDelta) {
      delta = value;
    } else {
      const rounded = options.precise ? value : roundValue(value, undefined);
      const seconds = numberOf(rounded);
      if (seconds === undefined)
        throw typeError(`unsupported type for timedelta seconds component: ${typeName(value)}`);
      if (typeof seconds === 'number' && Number.isNaN(seconds))
        throw valueError('cannot convert float NaN to integer');
      delta = TimeDelta.ofSeconds(seconds);
    }
    if (!(at instanceof DateTime))
      throw typeError(`unsupported operand type(s) for -: '${typeName(at)}' and 'timedelta'`);
    return { date: at.minus(delta), delta: delta.abs() };
  } catch (error) {
    if (caught(error, 'TypeError', 'ValueError')) return undefined;
    // Rounding an undefined value is a TypeError in Python, as it has no such method.
    if (value instanceof Undefined) return undefined;
    throw error;
  }
}

export function dateAndDeltaTuple(render: Render, value: Value): Value {
  const moment = dateAndDelta(render, value);
  return new PyTuple(moment ? [moment.date, moment.delta] : [null, value]);
}

const deltaUnits = ['SECONDS', 'MILLISECONDS', 'MICROSECONDS'];

function unitName(value: Value): string {
  const text = textOf(value);
  if (text === undefined) {
    if (value instanceof Undefined) value.fail();
    throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'upper'`);
  }
  return text.toUpperCase();
}

const unitNames = ['MICROSECONDS', 'MILLISECONDS', 'SECONDS', 'MINUTES', 'HOURS', 'DAYS', 'MONTHS', 'YEARS'];

function unitIndex(value: Value): number {
  const index = unitNames.indexOf(unitName(value));
  if (index < 0) throw keyError(repr(unitName(value)));
  return index;
}

export function naturaldelta(render: Render, value: Value, months: Value, minimumUnit: Value): Value {
  const unit = unitNames[unitIndex(minimumUnit)] as string;
  if (!deltaUnits.includes(unit)) throw valueError(`Minimum unit '${str(minimumUnit)}' not supported`);
  if (value instanceof TimeDelta) return describe(render, value.abs(), truthy(months), unit);
  try {
    integerOf(value);
    return describe(render, TimeDelta.ofSeconds(floatOf(value)).abs(), truthy(months), unit);
  } catch (error) {
    if (caught(error, 'TypeError', 'ValueError')) return str(value);
    throw error;
  }
}

function describe(render: Render, delta: TimeDelta, useMonths: boolean, unit: string): string {
  const { locale } = render;
  const say = (text: string): string => translate(locale, text);
  const count = (singular: string, plural: string, n: number): string =>
    percent(translateCount(locale, singular, plural, Math.trunc(n)), Math.trunc(n));
  const years = Math.floor(delta.days / 365);
  const days = delta.days % 365;
  const months = roundHalfEven(days / 30.5);
  if (years === 0 && days < 1) return describeTime(delta, unit, say, count);
  if (years === 0) {
    if (days === 1) return say('a day');
    if (!useMonths || months === 0) return count('%d day', '%d days', days);
    if (months === 1) return say('a month');
    return months === 12 ? say('a year') : count('%d month', '%d months', months);
  }
  if (years === 1) {
    if (months === 0 && days === 0) return say('a year');
    if (months === 0 || !useMonths) return count('1 year, %d day', '1 year, %d days', days);
    if (months === 1) return say('1 year, 1 month');
    return months === 12
      ? count('%d year', '%d years', 2)
      : count('1 year, %d month', '1 year, %d months', months);
  }
  const text = translateCount(locale, '%d year', '%d years', years).replaceAll('%d', '%s');
  return percent(text, intcomma(render, years, null));
}

type Count = (singular: string, plural: string, n: number) => string;

function describeTime(
  { seconds, microseconds }: TimeDelta,
  unit: string,
  say: (text: string) => string,
  count: Count,
): string {
  if (seconds === 0) {
    if (unit === 'MICROSECONDS' && microseconds < 1000)
      return count('%d microsecond', '%d microseconds', microseconds);
    if (unit !== 'SECONDS') return count('%d millisecond', '%d milliseconds', microseconds / 1000);
    return say('a moment');
  }
  if (seconds === 1) return say('a second');
  if (seconds < 60) return count('%d second', '%d seconds', seconds);
  const minutes = roundHalfEven(seconds / 60);
  if (seconds < 3600 && minutes < 60)
    return minutes === 1 ? say('a minute') : count('%d minute', '%d minutes', minutes);
  const hours = roundHalfEven(seconds / 3600);
  if (hours === 1) return say('an hour');
  return hours === 24 ? say('a day') : count('%d hour', '%d hours', hours);
}

export interface NaturalTimeOptions {
  future: Value;
  months: Value;
  minimumUnit: Value;
  when: Value;
}

export function naturaltime(render: Render, value: Value, options: NaturalTimeOptions): Value {
  const at = options.when !== null && truthy(options.when) ? options.when : now(render);
  const moment = dateAndDelta(render, value, { at });
  if (!moment) return str(value);
  let future = truthy(options.future);
  if ((value instanceof DateTime || value instanceof TimeDelta) && at instanceof DateTime) {
    const lead = moment.date.since(at);
    future = lead.days >= 0 && lead.truthy();
  }
  const delta = naturaldelta(render, moment.delta, options.months, options.minimumUnit) as string;
  if (delta === translate(render.locale, 'a moment')) return translate(render.locale, 'now');
  return percent(translate(render.locale, future ? '%s from now' : '%s ago'), delta);
}

function dayOf(value: Value): DateTime | undefined {
  if (value instanceof DateTime) return value;
  // Attributes of an undefined value are undefined, and no date is made of those.
  if (value instanceof Undefined && value.mode === 'chainable') {
    throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`);
  }
  if (value instanceof Undefined) value.fail();
  return undefined;
}

export function naturalday(render: Render, value: Value, format = '%b %d'): Value {
  const date = dayOf(value);
  if (!date) return str(value);
  const difference = date.day0 - now(render).day0;
  if (difference === 0) return translate(render.locale, 'today');
  if (difference === 1) return translate(render.locale, 'tomorrow');
  if (difference === -1) return translate(render.locale, 'yesterday');
  return strftime(date, format);
}

export function naturaldate(render: Render, value: Value): Value {
  const date = dayOf(value);
  if (!date) return str(value);
  const distance = Math.abs(date.day0 - now(render).day0);
  return naturalday(render, value, distance >= (5 * 365) / 12 ? '%b %d %Y' : '%b %d');
}

export function absTimedelta(_render: Render, value: Value): Value {
  if (value instanceof TimeDelta) return value.abs();
  if (value instanceof Undefined) value.fail();
  const days = value instanceof PyObject ? value.attribute('days') : undefined;
  if (days === undefined)
    throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'days'`);
  throw typeError(`'<' not supported between instances of '${typeName(days)}' and 'int'`);
}

export { unitIndex, unitNames };
