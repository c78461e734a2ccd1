const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([Zz])|([+-]\d{2}):?(\d{2}))?)?$/;

/**
 * What our own services write, and most clients: real dates, in UTC, up to microseconds. All that has to be done then
 * is to write six digits of a second, or none.
 */
export const IN_UTC =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z$/;

/**
 * An instant as Prefect's API takes it, written as it answers: RFC 3339 in UTC with `Z`, microseconds when they are not
 * zero. Naive times are UTC; a bare date is its midnight; digits beyond microseconds are dropped. Undefined when the
 * text is no such time.
 */
export function normalizeInstant(text: string): string | undefined {
  if (IN_UTC.test(text)) return inMicroseconds(text);
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, date, time = '00:00', seconds = '00', fraction = '', , offsetHours, offsetMinutes] = match;
  const local = Date.parse(`${date}T${time}:${seconds}Z`);
  // Date.parse rolls 31 February over into March: such a date is refused.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(`${date}T${time}`)) return undefined;
  const instant = local - offsetMs(offsetHours, offsetMinutes);
  if (Math.abs(instant) > 253_402_300_799_999) return undefined;
  const micros = fraction.slice(0, 6).padEnd(6, '0');
  const text19 = new Date(instant).toISOString();
  if (text19.length !== 24) return undefined;
  return `${text19.slice(0, 19)}${micros === '000000' ? '' : `.${micros}`}Z`;
}

function inMicroseconds(text: string): string {
  const fraction = text.slice(20, -1);
  if (fraction.length === 6 && fraction !== '000000') return text;
  const micros = fraction.padEnd(6, '0');
  return `${text.slice(0, 19)}${micros === '000000' ? '' : `.${micros}`}Z`;
}

function offsetMs(hours: string | undefined, minutes: string | undefined): number {
  if (hours === undefined) return 0;
  const sign = hours.startsWith('-') ? -1 : 1;
  return sign * (Math.abs(Number(hours)) * 60 + Number(minutes)) * 60_000;
}
