import { parse } from 'content-type';

/** A media type in lower case without its parameters, and those of them that say how to read it, where given. */
export interface MediaType {
  readonly type: string | undefined;
  readonly charset: string | undefined;
  /** Of a multipart type: what stands between its parts. */
  readonly boundary?: string | undefined;
}

/** Senders use few types, and reading one takes longer than checking a kilobyte of JSON. Any may be sent, so both are bounded. */
const known = new Map<string, MediaType>();
const MOST_KNOWN = 200;
const LONGEST_KNOWN = 100;

/**
 * Reads a `Content-Type` header (RFC 9110, 8.3). Total: what is no media type at all gives a `type` that matches
 * nothing. Of a repeated header, joined by commas on its way, the first counts.
 */
export function parseMediaType(contentType: string | undefined): MediaType {
  if (contentType === undefined || contentType === '') return { type: undefined, charset: undefined };
  let mediaType = known.get(contentType);
  if (mediaType === undefined) {
    const { type, parameters } = parse(contentType, { comma: true });
    mediaType = {
      type: type === '' ? undefined : type,
      charset: parameters['charset'],
      boundary: parameters['boundary'],
    };
    if (contentType.length <= LONGEST_KNOWN && mediaType.boundary === undefined) {
      if (known.size === MOST_KNOWN) known.clear();
      known.set(contentType, mediaType);
    }
  }
  return mediaType;
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
