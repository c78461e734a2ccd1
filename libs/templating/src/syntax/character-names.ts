import { inflateRawSync } from 'node:zlib';
import { characterNameData } from './character-names.data.ts';

let names: Map<string, number> | undefined;

/** The names by which the table knows its characters; made when a template first asks for one. */
function table(): Map<string, number> {
  if (names) return names;
  names = new Map();
  let code = 0;
  for (const line of inflateRawSync(Buffer.from(characterNameData.join(''), 'base64'))
    .toString()
    .split('\n')) {
    const [gap, name] = line.includes('\t') ? (line.split('\t') as [string, string]) : ['1', line];
    code += Number(gap);
    names.set(name, code);
  }
  return names;
}

const leading = 'G GG N D DD R M B BB S SS  J JJ C K T P H'.split(' ');
const vowels = 'A AE YA YAE EO E YEO YE O WA WAE OE YO U WEO WE WI YU EU YI I'.split(' ');
const trailing = ' G GG GS N NJ NH D L LG LM LB LS LT LP LH M B BS S SS NG J C K T P H'.split(' ');

/** A Hangul syllable's code point follows from the letters in its name (Unicode, chapter 3.12). */
function hangulSyllable(letters: string): number | undefined {
  const [, first = '', vowel = '', last = ''] =
    /^([^AEIOUWY]*)([AEIOUWY]+)([^AEIOUWY]*)$/.exec(letters) ?? [];
  const parts = [leading.indexOf(first), vowels.indexOf(vowel), trailing.indexOf(last)] as const;
  if (parts.some((part) => part < 0)) return undefined;
  return 0xac00 + (parts[0] * 21 + parts[1]) * 28 + parts[2];
}

const ideographs: [number, number][] = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2ebe0],
  [0x30000, 0x323af],
];

/** The code point of the character with a Unicode name, in any case; undefined for none. Historic scripts are left out. */
export function characterNamed(text: string): number | undefined {
  const name = text.toUpperCase();
  const ideograph = /^CJK UNIFIED IDEOGRAPH-([0-9A-F]{4,5})$/.exec(name)?.[1];
  if (ideograph !== undefined) {
    const code = Number.parseInt(ideograph, 16);
    return ideographs.some(([start, end]) => code >= start && code <= end) ? code : undefined;
  }
  const syllable = /^HANGUL SYLLABLE ([A-Z]+)$/.exec(name)?.[1];
  return syllable === undefined ? table().get(name) : hangulSyllable(syllable);
}
