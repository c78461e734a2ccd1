const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([Zz])|([+-]\d{2}):?(\d{2}))?)?$/;

/**
 * An instant as Prefect's API takes it, written as it answers: RFC 3339 in UTC with `Z`, microseconds when they are not
 * zero. Naive times are UTC; a bare date is its midnight; digits beyond microseconds are dropped. Undefined when the
 * text is no such time.
 */
export function normalizeInstant(text: string): string | undefined {
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

function offsetMs(hours: string | undefined, minutes: string | undefined): number {
  if (hours === undefined) return 0;
  const sign = hours.startsWith('-') ? -1 : 1;
  return sign * (Math.abs(Number(hours)) * 60 + Number(minutes)) * 60_000;
}
