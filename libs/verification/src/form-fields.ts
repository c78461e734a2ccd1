import { parseForm, parseMediaType, readMultipart } from '@tributary/body-parsing';

/**
 * The text fields of a form body, urlencoded or multipart, as an object; undefined when the body is none. A field that is
 * sent twice is left out, since nobody can say which one counts, and so are files.
 */
export function fieldsOf(contentType: string, body: Buffer): Record<string, string> | undefined {
  const { type, boundary } = parseMediaType(contentType);
  if (type === 'application/x-www-form-urlencoded') return once(parseForm(body.toString('utf8')));
  if (type !== 'multipart/form-data') return undefined;
  const multipart = readMultipart(body, boundary);
  if (!multipart.ok) return undefined;
  const texts = multipart.parts.filter(({ filename }) => filename === null);
  return once(texts.map(({ name, bytes }) => [name, bytes.toString('utf8')]));
}

function once(fields: [name: string, value: string][]): Record<string, string> {
  const values = new Map<string, string | undefined>();
  for (const [name, value] of fields) values.set(name, values.has(name) ? undefined : value);
  return Object.fromEntries([...values].filter((field): field is [string, string] => field[1] !== undefined));
}
