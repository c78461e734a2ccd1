import { PythonError } from '../errors.ts';
import { charge, chargeText } from '../runtime/budget.ts';
import { PyBytes } from '../values/bytes.ts';

/** What to do with a character that the encoding does not have, or bytes that are none of its characters. */
type Fallback = (char: string) => string | undefined;

const codeOf = (char: string): number => char.codePointAt(0) as number;

function backslashed(char: string): string {
  const code = codeOf(char);
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`;
}

const fallbacks: Record<string, Fallback> = {
  strict: () => undefined,
  ignore: () => '',
  replace: () => '?',
  xmlcharrefreplace: (char) => `&#${codeOf(char)};`,
  backslashreplace: backslashed,
};

/** The encodings by their normal names; `highest` is the last code point of those that have no more than a byte. */
const encodings: Record<string, { name: string; highest?: number; limit?: string }> = {
  utf8: { name: 'utf-8' },
  u8: { name: 'utf-8' },
  utf8sig: { name: 'utf-8-sig' },
  utf16: { name: 'utf-16' },
  utf16le: { name: 'utf-16-le' },
  utf16be: { name: 'utf-16-be' },
  ascii: { name: 'ascii', highest: 0x7f, limit: '128' },
  usascii: { name: 'ascii', highest: 0x7f, limit: '128' },
  latin1: { name: 'latin-1', highest: 0xff, limit: '256' },
  l1: { name: 'latin-1', highest: 0xff, limit: '256' },
  iso88591: { name: 'latin-1', highest: 0xff, limit: '256' },
};

function encodingOf(name: string): { name: string; highest?: number; limit?: string } {
  const found = encodings[name.toLowerCase().replace(/[-_ ]/g, '')];
  if (!found) throw new PythonError('LookupError', `unknown encoding: ${name}`);
  return found;
}

function fallbackOf(errors: string): Fallback {
  const found = fallbacks[errors];
  if (!found) throw new PythonError('LookupError', `unknown error handler name '${errors}'`);
  return found;
}

/** The text with each character that `fits` refuses replaced, or UnicodeEncodeError. */
function replaced(
  text: string,
  fits: (code: number) => boolean,
  unfit: { errors: string; encoding: string; reason: string },
): string {
  let result = '';
  let position = 0;
  charge(text.length / 8);
  for (const char of text) {
    if (fits(codeOf(char))) {
      result += char;
    } else {
      const other = fallbackOf(unfit.errors)(char);
      if (other === undefined) {
        const what = `can't encode character '${backslashed(char)}' in position ${position}`;
        throw new PythonError('UnicodeEncodeError', `'${unfit.encoding}' codec ${what}: ${unfit.reason}`);
      }
      result += other;
    }
    position++;
  }
  return result;
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

/** `str.encode`. */
export function encodeText(text: string, encoding: string, errors: string): PyBytes {
  chargeText(text.length * 4);
  const { name, highest, limit } = encodingOf(encoding);
  if (highest !== undefined) {
    const unfit = { errors, encoding: name, reason: `ordinal not in range(${limit})` };
    return new PyBytes(
      Buffer.from(
        replaced(text, (code) => code <= highest, unfit),
        'latin1',
      ),
    );
  }
  const unfit = { errors, encoding: name, reason: 'surrogates not allowed' };
  const clean = text.isWellFormed() ? text : replaced(text, (code) => !isSurrogate(code), unfit);
  if (name === 'utf-8') return new PyBytes(Buffer.from(clean));
  if (name === 'utf-8-sig') return new PyBytes(Buffer.from(`\ufeff${clean}`));
  const bytes = Buffer.from(name === 'utf-16' ? `\ufeff${clean}` : clean, 'utf16le');
  return new PyBytes(name === 'utf-16-be' ? bytes.swap16() : bytes);
}

/** `bytes.decode`. */
export function decodeBytes(bytes: Buffer, encoding: string, errors: string): string {
  chargeText(bytes.length * 4);
  const { name, highest } = encodingOf(encoding);
  const fail = (reason: string): PythonError => new PythonError('UnicodeDecodeError', reason);
  if (highest === 0xff) return bytes.toString('latin1');
  if (highest === 0x7f) {
    const text = bytes.toString('latin1');
    if (errors === 'ignore') return text.replace(/[\x80-\xff]/g, '');
    if (errors === 'replace') return text.replace(/[\x80-\xff]/g, '\ufffd');
    if (/[\x80-\xff]/.test(text)) throw fail("'ascii' codec can't decode byte: ordinal not in range(128)");
    return text;
  }
  const label = name.replace('-sig', '');
  try {
    const decoder = new TextDecoder(label, { fatal: errors === 'strict', ignoreBOM: name === 'utf-8' });
    const text = decoder.decode(bytes);
    return errors === 'ignore' ? text.replaceAll('\ufffd', '') : text;
  } catch {
    throw fail(`'${name}' codec can't decode bytes: invalid data`);
  }
}
