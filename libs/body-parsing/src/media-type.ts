import { parse } from 'content-type';

/** A media type in lower case without its parameters, and those of them that say how to read it, where given. */
export interface MediaType {
  type: string | undefined;
  charset: string | undefined;
  /** Of a multipart type: what stands between its parts. */
  boundary?: string | undefined;
}

/**
 * Reads a `Content-Type` header (RFC 9110, 8.3). Total: what is no media type at all gives a `type` that matches
 * nothing. Of a repeated header, joined by commas on its way, the first counts.
 */
export function parseMediaType(contentType: string | undefined): MediaType {
  if (contentType === undefined || contentType === '') return { type: undefined, charset: undefined };
  const { type, parameters } = parse(contentType, { comma: true });
  return {
    type: type === '' ? undefined : type,
    charset: parameters['charset'],
    boundary: parameters['boundary'],
  };
}

/** Whether the header names JSON: `application/json`, or a type with the structured suffix `+json` (RFC 6839). */
export function isJsonMediaType(contentType: string | undefined): boolean {
  return isJsonType(parseMediaType(contentType).type);
}

/** The same, of a type that is parsed already. */
export function isJsonType(type: string | undefined): boolean {
  return type !== undefined && (type === 'application/json' || type.endsWith('+json'));
}

/** Whether the type is XML: `application/xml`, `text/xml`, or a type with the structured suffix `+xml` (RFC 7303). */
export function isXmlType(type: string | undefined): boolean {
  return type !== undefined && (type === 'application/xml' || type === 'text/xml' || type.endsWith('+xml'));
}
