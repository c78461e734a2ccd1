import { isUtf8 } from 'node:buffer';
import { parseContentDisposition } from './content-disposition.ts';
import { bodyLimits } from './limits.ts';
import { decodeTransfer } from './transfer-encoding.ts';

/** A part of a form, its bytes as they were before they were encoded for transfer. */
export interface Part {
  name: string;
  /** As sent, and never to be trusted as a path. Null: a field, not a file. */
  filename: string | null;
  contentType: string | undefined;
  bytes: Buffer;
}

export type MultipartReading =
  { ok: true; parts: Part[] } | { ok: false; reason: 'malformed' | 'too_complex' };

const MALFORMED: MultipartReading = { ok: false, reason: 'malformed' };

/** RFC 2046 allows 70 characters. */
const MAX_BOUNDARY = 100;

/**
 * Splits a `multipart/form-data` body (RFC 7578, RFC 2046 5.1) into its parts, in their order. What precedes the first
 * delimiter and follows the last is no part. A body that ends before its last delimiter is malformed as a whole: a form
 * that was cut off is not a smaller form. Parts share the body's memory. Time is linear in the bytes.
 */
export function readMultipart(bytes: Buffer, declaredBoundary: string | undefined): MultipartReading {
  const boundary = declaredBoundary ?? boundaryOf(bytes);
  if (boundary === undefined || boundary === '' || boundary.length > MAX_BOUNDARY) return MALFORMED;
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const parts: Part[] = [];
  let here = firstDelimiter(bytes, delimiter);
  while (here !== undefined) {
    if (here.isLast) return { ok: true, parts };
    if (parts.length === bodyLimits.multipartParts) return { ok: false, reason: 'too_complex' };
    const head = partHead(bytes, here.end);
    if (head === undefined) return MALFORMED;
    // An empty part may share its line end with the delimiter.
    const next = findDelimiter(bytes, delimiter, head.end - 2);
    if (next === undefined) return MALFORMED;
    const part = toPart(head.headers, bytes.subarray(head.end, Math.max(head.end, next.start)));
    if (part === undefined) return MALFORMED;
    parts.push(part);
    here = next;
  }
  return MALFORMED;
}

/** Some senders set the header by hand and leave the boundary out; then the body begins with it. */
function boundaryOf(bytes: Buffer): string | undefined {
  return /^--([^\r\n]+)\r\n/.exec(bytes.toString('latin1', 0, MAX_BOUNDARY + 4))?.[1];
}

/** A delimiter line: where it begins (with the line end before it), where what follows begins, and whether it ends all. */
interface Delimiter {
  start: number;
  end: number;
  isLast: boolean;
}

function firstDelimiter(bytes: Buffer, delimiter: Buffer): Delimiter | undefined {
  const withoutLineEnd = delimiter.subarray(2);
  if (bytes.subarray(0, withoutLineEnd.length).equals(withoutLineEnd)) {
    const rest = restOfLine(bytes, withoutLineEnd.length);
    if (rest !== undefined) return { start: 0, ...rest };
  }
  return findDelimiter(bytes, delimiter, 0);
}

function findDelimiter(bytes: Buffer, delimiter: Buffer, from: number): Delimiter | undefined {
  for (
    let at = bytes.indexOf(delimiter, from);
    at !== -1;
    at = bytes.indexOf(delimiter, at + delimiter.length)
  ) {
    // A line that only begins like the delimiter is content.
    const rest = restOfLine(bytes, at + delimiter.length);
    if (rest !== undefined) return { start: at, ...rest };
  }
  return undefined;
}

const [TAB, LF, CR, SPACE, DASH] = [0x09, 0x0a, 0x0d, 0x20, 0x2d];

function restOfLine(bytes: Buffer, from: number): Pick<Delimiter, 'end' | 'isLast'> | undefined {
  if (bytes[from] === DASH && bytes[from + 1] === DASH) return { end: bytes.length, isLast: true };
  let at = from;
  while (bytes[at] === SPACE || bytes[at] === TAB) at += 1;
  return bytes[at] === CR && bytes[at + 1] === LF ? { end: at + 2, isLast: false } : undefined;
}

/** The headers of a part by lower-case name, and where its content begins. */
function partHead(bytes: Buffer, from: number): { headers: Map<string, string>; end: number } | undefined {
  const block = bytes.subarray(from, from + bodyLimits.partHeaderBytes);
  const length = block.indexOf('\r\n\r\n');
  if (length === -1) return undefined;
  const head = block.subarray(0, length);
  // Browsers send names in the form's charset, which is UTF-8 nearly always.
  const lines = head
    .toString(isUtf8(head) ? 'utf8' : 'latin1')
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, end: from + length + 4 };
}

function toPart(headers: Map<string, string>, content: Buffer): Part | undefined {
  const { name, filename } = parseContentDisposition(headers.get('content-disposition') ?? '');
  if (name === undefined) return undefined;
  return {
    name,
    filename: filename ?? null,
    contentType: headers.get('content-type'),
    bytes: decodeTransfer(content, headers.get('content-transfer-encoding')),
  };
}
