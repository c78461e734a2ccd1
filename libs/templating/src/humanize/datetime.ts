import { overflowError, typeError } from '../errors.ts';
import { BoundMethod, native, type NativeFunction } from '../runtime/callable.ts';
import { PyObject, float, type Value } from '../values/types.ts';
import { textOf } from '../values/types.ts';

const daySeconds = 86_400;

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** Python's `timedelta`. */
export class TimeDelta extends PyObject {
  readonly typeName = 'timedelta';
  readonly days: number;
  readonly seconds: number;
  readonly microseconds: number;

  /** Of any number of seconds and microseconds; they are brought into Python's normal form. */
  constructor(days: number, seconds: number, microseconds: number) {
    super();
    const carriedSeconds = seconds + Math.floor(microseconds / 1e6);
    this.microseconds = microseconds - Math.floor(microseconds / 1e6) * 1e6;
    this.days = days + Math.floor(carriedSeconds / daySeconds);
    this.seconds = carriedSeconds - Math.floor(carriedSeconds / daySeconds) * daySeconds;
    if (Math.abs(this.days) > 999_999_999) {
      throw overflowError(`days=${this.days}; must have magnitude <= 999999999`);
    }
  }

  static ofSeconds(seconds: number | bigint): TimeDelta {
    if (typeof seconds === 'bigint') throw overflowError('Python int too large to convert to C int');
    if (!Number.isFinite(seconds)) throw overflowError('cannot convert float infinity to integer');
    const whole = Math.trunc(seconds);
    const days = Math.floor(whole / daySeconds);
    return new TimeDelta(days, whole - days * daySeconds, roundHalfEven((seconds - whole) * 1e6));
  }

  get total(): number {
    return this.days * daySeconds + this.seconds + this.microseconds / 1e6;
  }

  abs(): TimeDelta {
    return this.days < 0 ? new TimeDelta(-this.days, -this.seconds, -this.microseconds) : this;
  }

  override repr(): string {
    const parts: string[] = [];
    if (this.days) parts.push(`days=${this.days}`);
    if (this.seconds) parts.push(`seconds=${this.seconds}`);
    if (this.microseconds) parts.push(`microseconds=${this.microseconds}`);
    return `datetime.timedelta(${parts.length > 0 ? parts.join(', ') : '0'})`;
  }

  override str(): string {
    const { days, seconds, microseconds } = this;
    const minutes = Math.floor(seconds / 60);
    const time = `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)}`;
    const fraction = microseconds ? `.${pad(microseconds, 6)}` : '';
    const head = days ? `${days} day${Math.abs(days) === 1 ? '' : 's'}, ` : '';
    return head + time + fraction;
  }

  override truthy(): boolean {
    return this.days !== 0 || this.seconds !== 0 || this.microseconds !== 0;
  }

  override equals(other: Value): boolean {
    return other instanceof TimeDelta && other.repr() === this.repr();
  }

  override attribute(name: string): Value | undefined {
    if (name === 'days' || name === 'seconds' || name === 'microseconds') return this[name];
    return name === 'total_seconds' ? new BoundMethod(this, totalSeconds) : undefined;
  }
}

const totalSeconds = native('total_seconds()', (_r, self: TimeDelta) => float(self.total));

export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest > 0.5 ? floor + 1 : floor;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Python's `datetime` without a time zone; here, UTC. */
export class DateTime extends PyObject {
  readonly typeName = 'datetime';
  readonly date: Date;
  readonly microsecond: number;

  /** Of whole seconds since the epoch, and microseconds. */
  constructor(seconds: number, microseconds: number) {
    super();
    this.date = new Date((seconds + Math.floor(microseconds / 1e6)) * 1000);
    this.microsecond = microseconds - Math.floor(microseconds / 1e6) * 1e6;
    const year = this.date.getUTCFullYear();
    if (!(year >= 1 && year <= 9999)) throw overflowError('date value out of range');
  }

  static ofMilliseconds(milliseconds: number): DateTime {
    const seconds = Math.floor(milliseconds / 1000);
    return new DateTime(seconds, Math.round((milliseconds - seconds * 1000) * 1000));
  }

  minus(delta: TimeDelta): DateTime {
    const seconds = this.date.getTime() / 1000 - delta.days * daySeconds - delta.seconds;
    return new DateTime(seconds, this.microsecond - delta.microseconds);
  }

  /** The time from `other` to this one. */
  since(other: DateTime): TimeDelta {
    return new TimeDelta(
      0,
      (this.date.getTime() - other.date.getTime()) / 1000,
      this.microsecond - other.microsecond,
    );
  }

  /** Days since the epoch. */
  get day0(): number {
    return Math.floor(this.date.getTime() / 1000 / daySeconds);
  }

  private get fields(): [string, number][] {
    const { date } = this;
    return [
      ['year', date.getUTCFullYear()],
      ['month', date.getUTCMonth() + 1],
      ['day', date.getUTCDate()],
      ['hour', date.getUTCHours()],
      ['minute', date.getUTCMinutes()],
      ['second', date.getUTCSeconds()],
      ['microsecond', this.microsecond],
    ];
  }

  isoformat(separator: string): string {
    const iso = this.date.toISOString();
    const fraction = this.microsecond ? `.${pad(this.microsecond, 6)}` : '';
    return `${pad(this.date.getUTCFullYear(), 4)}${iso.slice(-20, -14)}${separator}${iso.slice(-13, -5)}${fraction}`;
  }

  override repr(): string {
    const values = this.fields.map(([, value]) => value);
    while (values.length > 5 && values.at(-1) === 0) values.pop();
    return `datetime.datetime(${values.join(', ')})`;
  }

  override str(): string {
    return this.isoformat(' ');
  }

  override equals(other: Value): boolean {
    return other instanceof DateTime && other.isoformat('T') === this.isoformat('T');
  }

  override attribute(name: string): Value | undefined {
    const field = this.fields.find(([known]) => known === name);
    if (field) return field[1];
    if (name === 'tzinfo') return null;
    const method = dateTimeMethods.get(name);
    return method && new BoundMethod(this, method);
  }
}

const months = 'January February March April May June July August September October November December'.split(
  ' ',
);
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const directives: Record<string, (value: DateTime) => string> = {
  Y: ({ date }) => String(date.getUTCFullYear()),
  y: ({ date }) => pad(date.getUTCFullYear() % 100),
  m: ({ date }) => pad(date.getUTCMonth() + 1),
  d: ({ date }) => pad(date.getUTCDate()),
  H: ({ date }) => pad(date.getUTCHours()),
  I: ({ date }) => pad(date.getUTCHours() % 12 || 12),
  M: ({ date }) => pad(date.getUTCMinutes()),
  S: ({ date }) => pad(date.getUTCSeconds()),
  f: ({ microsecond }) => pad(microsecond, 6),
  p: ({ date }) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  B: ({ date }) => months[date.getUTCMonth()] as string,
  b: ({ date }) => (months[date.getUTCMonth()] as string).slice(0, 3),
  A: ({ date }) => weekdays[date.getUTCDay()] as string,
  a: ({ date }) => (weekdays[date.getUTCDay()] as string).slice(0, 3),
  w: ({ date }) => String(date.getUTCDay()),
  j: ({ date, day0 }) =>
    pad(day0 - Math.floor(Date.UTC(date.getUTCFullYear(), 0, 1) / 1000 / daySeconds) + 1, 3),
  Z: () => '',
  z: () => '',
  '%': () => '%',
};

export function strftime(value: DateTime, format: string): string {
  return format.replace(/%([\s\S])/g, (whole, code: string) =>
    Object.hasOwn(directives, code) ? (directives[code] as (typeof directives)[string])(value) : whole,
  );
}

const dateTimeMethods = new Map<string, NativeFunction>(
  [
    native("isoformat(sep='T')", (_r, self: DateTime, separator: Value) =>
      self.isoformat(textOf(separator) ?? 'T'),
    ),
    native('strftime(format)', (_r, self: DateTime, format: Value) => {
      const text = textOf(format);
      if (text === undefined) throw typeError('strftime() argument 1 must be str');
      return strftime(self, text);
    }),
    native('timestamp()', (_r, self: DateTime) => float(self.date.getTime() / 1000 + self.microsecond / 1e6)),
    native('weekday()', (_r, self: DateTime) => (self.date.getUTCDay() + 6) % 7),
    native('isoweekday()', (_r, self: DateTime) => self.date.getUTCDay() || 7),
  ].map((method) => [method.signature.name, method]),
);
