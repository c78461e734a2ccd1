import { valueError } from '../errors.ts';
import { parseFloatText, parseInteger } from '../filters/numbers.ts';
import { caught } from '../runtime/caught.ts';
import type { Render } from '../runtime/render.ts';
import { toArray } from '../values/sequence.ts';
import { str } from '../values/text.ts';
import { PyTuple, float, type Value } from '../values/types.ts';
import { translate, translateCount } from './locale.ts';
import { intcomma, percent } from './numbers.ts';
import { dateAndDelta, unitIndex, unitNames } from './time.ts';

const [MICROSECONDS, MILLISECONDS, SECONDS, MINUTES, HOURS, DAYS, MONTHS, YEARS] = [
  0, 1, 2, 3, 4, 5, 6, 7,
] as const;

/** Seven divisions from years down, each skipping suppressed units; the least unit takes the rest, rounded. */
interface Split {
  minimum: number;
  suppressed: ReadonlySet<number>;
  format: Value;
}

function divide(
  value: number,
  divisor: number,
  unit: number,
  split: Split,
): [quotient: number, rest: number] {
  if (unit === split.minimum) return [roundByFormat(split.format, value / divisor), 0];
  if (split.suppressed.has(unit)) return [0, value];
  const quotient = Math.floor(value / divisor);
  return [quotient, Math.trunc(value - quotient * divisor)];
}

function roundByFormat(format: Value, value: number): number {
  const text = percent(format, float(value));
  try {
    return Number(parseInteger(text, 10));
  } catch (error) {
    if (!caught(error, 'ValueError')) throw error;
    return parseFloatText(text);
  }
}

function leastUnit(minimum: number, suppressed: ReadonlySet<number>): number {
  let unit = minimum;
  while (suppressed.has(unit)) unit++;
  if (unit > YEARS) throw valueError('Minimum unit is suppressed and no suitable replacement was found');
  return unit;
}

const messages = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond'];

export function precisedelta(
  render: Render,
  value: Value,
  options: { minimumUnit: Value; suppress: Value; format: Value },
): Value {
  const moment = dateAndDelta(render, value, { precise: true });
  if (!moment) return str(value);
  const suppressed = new Set(toArray(options.suppress).map(unitIndex));
  const minimum = leastUnit(unitIndex(options.minimumUnit), suppressed);
  for (let unit = 0; unit < minimum; unit++) suppressed.add(unit);
  const amounts = carry(
    splitDelta(moment.delta, { minimum, suppressed, format: options.format }),
    suppressed,
  );
  return join(render, amounts, minimum, options.format);
}

/** Amounts by unit index. */
function splitDelta(delta: { days: number; seconds: number; microseconds: number }, split: Split): number[] {
  const amounts = new Array<number>(unitNames.length).fill(0);
  const take = (value: number, divisor: number, unit: number): number => {
    const [quotient, rest] = divide(value, divisor, unit, split);
    amounts[unit] = quotient;
    return rest;
  };
  const days = take(take(delta.days, 365, YEARS), 30.5, MONTHS);
  let seconds = take(days * 24 * 3600 + delta.seconds, 24 * 3600, DAYS);
  seconds = take(take(seconds, 3600, HOURS), 60, MINUTES);
  const microseconds = take(seconds * 1e6 + delta.microseconds, 1e6, SECONDS);
  amounts[MICROSECONDS] = take(microseconds, 1000, MILLISECONDS);
  return amounts;
}

/** Rounding may fill a unit up; it then carries over. */
function carry(amounts: number[], suppressed: ReadonlySet<number>): number[] {
  const result = amounts.slice();
  const limits = [
    [MILLISECONDS, 1000],
    [SECONDS, 60],
    [MINUTES, 60],
    [HOURS, 24],
    [DAYS, 31],
    [MONTHS, 12],
  ] as const;
  for (const [unit, limit] of limits) {
    if ((result[unit] as number) < limit || suppressed.has(unit + 1)) continue;
    result[unit] = (result[unit] as number) - limit;
    result[unit + 1] = (result[unit + 1] as number) + 1;
  }
  return result;
}

function join(render: Render, amounts: number[], minimum: number, format: Value): string {
  const texts: string[] = [];
  for (let unit: number = YEARS; unit >= minimum; unit--) {
    const amount = amounts[unit] as number;
    if (!(amount > 0 || (texts.length === 0 && unit === minimum))) continue;
    const name = messages[YEARS - unit] as string;
    const plural = amount > 1 && amount < 2 ? 2 : Math.trunc(amount);
    const text = translateCount(render.locale, `%d ${name}`, `%d ${name}s`, plural);
    const isFraction = !Number.isInteger(amount);
    if (unit === minimum && isFraction) texts.push(percent(text.replaceAll('%d', str(format)), amount));
    else if (unit === YEARS) texts.push(percent(text.replaceAll('%d', '%s'), intcomma(render, amount, null)));
    else texts.push(percent(text, amount));
  }
  if (texts.length === 1) return texts[0] as string;
  const last = texts.pop() as string;
  return percent(translate(render.locale, '%s and %s'), new PyTuple([texts.join(', '), last]));
}
