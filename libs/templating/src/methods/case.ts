import { charge } from '../runtime/budget.ts';

/* Case conversion with Python's rules where they differ from JavaScript's. */

const cased = /^[\p{Lt}\p{Uppercase}\p{Lowercase}]$/u;
const letters = /\p{Lu}|\p{Ll}|\p{Lt}|\p{Lowercase}|\p{Uppercase}/u;
const asciiOnly = /^[\0-\x7f]*$/;

export const isAscii = (text: string): boolean => asciiOnly.test(text);
export const isCased = (char: string): boolean => letters.test(char);
export const isLower = (char: string): boolean => /\p{Lowercase}/u.test(char);
export const isUpper = (char: string): boolean => /\p{Uppercase}/u.test(char);
export const isTitle = (char: string): boolean => /\p{Lt}/u.test(char);

/** Characters whose title case is not their upper case: digraphs, and ligatures that open into several letters. */
const titles: Record<string, string> = {
  ß: 'Ss',
  ŉ: 'ʼN',
  ǆ: 'ǅ',
  Ǆ: 'ǅ',
  ǅ: 'ǅ',
  ǉ: 'ǈ',
  Ǉ: 'ǈ',
  ǈ: 'ǈ',
  ǌ: 'ǋ',
  Ǌ: 'ǋ',
  ǋ: 'ǋ',
  ǳ: 'ǲ',
  Ǳ: 'ǲ',
  ǲ: 'ǲ',
  և: 'Եւ',
  ﬀ: 'Ff',
  ﬁ: 'Fi',
  ﬂ: 'Fl',
  ﬃ: 'Ffi',
  ﬄ: 'Ffl',
  ﬅ: 'St',
  ﬆ: 'St',
  ﬓ: 'Մն',
  ﬔ: 'Մե',
  ﬕ: 'Մի',
  ﬖ: 'Վն',
  ﬗ: 'Մխ',
};

/** The title case of one character. */
export function titleChar(char: string): string {
  const known = titles[char];
  if (known !== undefined) return known;
  const code = char.codePointAt(0) as number;
  // Georgian letters have upper case forms that are not used for titles; Greek ones with iota subscript have title forms.
  if (code >= 0x10d0 && code <= 0x10ff) return char;
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8);
  const upper = char.toUpperCase();
  return upper;
}

/** `str.lower()`. */
export const lower = (text: string): string => text.toLowerCase();

/** `str.capitalize()`. */
export function capitalize(text: string): string {
  if (text === '') return '';
  const first = String.fromCodePoint(text.codePointAt(0) as number);
  // Lowering the whole keeps the context that decides the form of a final sigma.
  const lowered = text.toLowerCase();
  const loweredFirst = first.toLowerCase();
  return titleChar(first) + lowered.slice(loweredFirst.length);
}

/** `str.title()`: a title case character at the start of each run of cased ones. */
export function title(text: string): string {
  charge(text.length >>> 1);
  let result = '';
  let inWord = false;
  const lowered = isAscii(text) ? undefined : finalSigmas(text);
  let index = 0;
  for (const char of text) {
    const known = isCased(char);
    if (!known) result += char;
    else if (!inWord) result += titleChar(char);
    else result += lowered?.has(index) ? 'ς' : char.toLowerCase();
    inWord = known;
    index += char.length;
  }
  return result;
}

/** Offsets of capital sigmas that end a word, whose lower case is the final form. */
function finalSigmas(text: string): Set<number> {
  const offsets = new Set<number>();
  for (let i = text.indexOf('Σ'); i >= 0; i = text.indexOf('Σ', i + 1)) {
    if (
      text
        .slice(0, i + 1)
        .toLowerCase()
        .endsWith('ς') &&
      !letters.test(text[i + 1] ?? '')
    )
      offsets.add(i);
  }
  return offsets;
}

export function swapcase(text: string): string {
  charge(text.length >>> 1);
  let result = '';
  for (const char of text) {
    if (isUpper(char)) result += char.toLowerCase();
    else result += isLower(char) ? char.toUpperCase() : char;
  }
  return result;
}

/** Full case folding, built from the mappings JavaScript has; the rest of the differences are listed. */
export function casefold(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  charge(text.length >>> 1);
  let result = '';
  for (const char of text) result += foldExceptions[char] ?? foldChar(char);
  return result;
}

const foldExceptions: Record<string, string> = {
  '\u1e9e': 'ss',
  '\u03c2': '\u03c3',
  '\u017f': 's',
  '\u0131': '\u0131',
  '\u0130': 'i\u0307',
  '\u0345': '\u03b9',
  '\u1fbe': '\u03b9',
  '\u00b5': '\u03bc',
};

function foldChar(char: string): string {
  const code = char.codePointAt(0) as number;
  // Cherokee folds to its capitals.
  if (code >= 0x13a0 && code <= 0x13f5) return char;
  if ((code >= 0xab70 && code <= 0xabbf) || (code >= 0x13f8 && code <= 0x13fd)) return char.toUpperCase();
  const low = char.toLowerCase();
  const round = low.toUpperCase().toLowerCase();
  return cased.test(char) ? round : low;
}
