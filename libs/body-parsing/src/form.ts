import { TextDecoder } from 'node:util';
import { decoderFor } from './text.ts';

/**
 * The fields of an `application/x-www-form-urlencoded` text in the order sent, repeated ones included
 * (https://url.spec.whatwg.org/#urlencoded-parsing). Percent-encoded bytes are read in `charset`; what is not valid in
 * it becomes U+FFFD. Total: every text is some form.
 */
export function parseForm(text: string, charset = 'utf-8'): [name: string, value: string][] {
  const decoder = decoderFor(charset);
  if (decoder === undefined || decoder.encoding === 'utf-8')
    return [...new URLSearchParams(leadingQuestionMark(text))];
  const lenient = new TextDecoder(decoder.encoding);
  return text
    .split('&')
    .filter((field) => field !== '')
    .map((field) => {
      const equals = field.indexOf('=');
      if (equals < 0) return [decodeComponent(field, lenient), ''];
      return [
        decodeComponent(field.slice(0, equals), lenient),
        decodeComponent(field.slice(equals + 1), lenient),
      ];
    });
}

/** `URLSearchParams` takes a leading question mark for the start of a query; in a form it belongs to the first name. */
function leadingQuestionMark(text: string): string {
  return text.startsWith('?') ? `%3F${text.slice(1)}` : text;
}

const ESCAPES = /(?:%[0-9a-f]{2})+/gi;

function decodeComponent(text: string, decoder: TextDecoder): string {
  return text
    .replaceAll('+', ' ')
    .replace(ESCAPES, (escapes) => decoder.decode(Buffer.from(escapes.replaceAll('%', ''), 'hex')));
}
