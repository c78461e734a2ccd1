import { isCased, isLower, isTitle, isUpper } from './case.ts';
import { charge } from '../runtime/budget.ts';
import { codePoints, trimStart } from '../values/unicode.ts';

/* The `is...` methods of strings. */

const tests = {
  isalpha: /^\p{L}+$/u,
  isalnum: /^[\p{L}\p{N}]+$/u,
  isdecimal: /^\p{Nd}+$/u,
  isdigit: /^[\p{Nd}²³¹፩-፱᧚⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒]+$/u,
  isnumeric: /^\p{N}+$/u,
  isidentifier: /^[\p{XID_Start}_]\p{XID_Continue}*$/u,
} as const;

export const classifiers: Record<string, (text: string) => boolean> = {
  isalpha: (text) => tests.isalpha.test(text),
  isalnum: (text) => tests.isalnum.test(text),
  isdecimal: (text) => tests.isdecimal.test(text),
  isdigit: (text) => tests.isdigit.test(text),
  isnumeric: (text) => tests.isnumeric.test(text) || (text !== '' && codePoints(text).every(isNumericChar)),
  isidentifier: (text) => tests.isidentifier.test(text),
  isascii: (text) => /^[\0-\x7f]*$/.test(text),
  isprintable: (text) => !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(text),
  isspace: (text) => text !== '' && trimStart(text) === '',
  islower: (text) => isCaseOnly(text, isLower),
  isupper: (text) => isCaseOnly(text, isUpper),
  istitle: isTitleText,
};

/** Ideographs that are numbers too. */
const ideographs = new Set('零〇一二三四五六七八九十百千萬万億亿兆壹貳贰叁參肆伍陸陆柒捌玖拾佰仟');

function isNumericChar(char: string): boolean {
  return tests.isnumeric.test(char) || ideographs.has(char);
}

function isCaseOnly(text: string, wanted: (char: string) => boolean): boolean {
  charge(text.length >>> 2);
  let found = false;
  for (const char of text) {
    if (!isCased(char)) continue;
    if (!wanted(char) || isTitle(char)) return false;
    found = true;
  }
  return found;
}

function isTitleText(text: string): boolean {
  charge(text.length >>> 2);
  let found = false;
  let inWord = false;
  for (const char of text) {
    if (isUpper(char) || isTitle(char)) {
      if (inWord) return false;
      found = inWord = true;
    } else if (isLower(char)) {
      if (!inWord) return false;
      found = true;
    } else {
      inWord = false;
    }
  }
  return found;
}
