import { PyObject } from '../values/types.ts';
import { catalogs } from './catalogs.ts';
import { pluralRules, type PluralRule } from './plurals.ts';

/** A language as `humanize_activate` sets it. */
export interface Locale {
  /** As the template named it: separators go by this very name. */
  readonly code: string;
  readonly messages: ReadonlyMap<string, readonly string[]>;
  readonly plural: PluralRule;
}

export const englishLocale: Locale = { code: 'en', messages: new Map(), plural: (n) => (n === 1 ? 0 : 1) };

/** What `humanize_activate` returns. */
export class Translations extends PyObject {
  readonly typeName: string;

  constructor(typeName: 'GNUTranslations' | 'NullTranslations') {
    super();
    this.typeName = typeName;
  }

  override repr(): string {
    return `<gettext.${this.typeName} object>`;
  }
}

/** The territory whose catalog serves a bare language. */
const territories: Record<string, string> = {
  ca: 'ca_ES',
  da: 'da_DK',
  de: 'de_DE',
  el: 'el_GR',
  es: 'es_ES',
  fa: 'fa_IR',
  fi: 'fi_FI',
  fr: 'fr_FR',
  he: 'he_IL',
  hu: 'hu_HU',
  id: 'id_ID',
  it: 'it_IT',
  ja: 'ja_JP',
  ko: 'ko_KR',
  nl: 'nl_NL',
  pl: 'pl_PL',
  pt: 'pt_PT',
  ru: 'ru_RU',
  sk: 'sk_SK',
  sl: 'sl_SI',
  sv: 'sv_SE',
  tr: 'tr_TR',
  uk: 'uk_UA',
  vi: 'vi_VN',
  zh: 'zh_CN',
};

const sources = new Map(catalogs.map((entry) => [entry[0], entry]));
const loaded = new Map<string, Omit<Locale, 'code'>>();

function load(name: string): Omit<Locale, 'code'> | undefined {
  const known = loaded.get(name);
  if (known) return known;
  const source = sources.get(name);
  if (!source) return undefined;
  const [, plural, text] = source;
  const messages = new Map(
    text.split('\n').map((line) => {
      const [message = '', ...forms] = line.split('\t');
      return [message, forms] as const;
    }),
  );
  const catalog = { messages, plural: pluralRules[plural] ?? englishLocale.plural };
  loaded.set(name, catalog);
  return catalog;
}

/** The names under which gettext looks for a language: with its territory, without, and by its usual territory. */
function candidates(code: string): string[] {
  const plain = code.replace(/[.@].*$/s, '').replaceAll('-', '_');
  const [language = '', territory] = plain.split('_');
  const lower = language.toLowerCase();
  const names = [code, plain];
  if (territory !== undefined) names.push(`${lower}_${territory.toUpperCase()}`);
  else if (Object.hasOwn(territories, lower)) names.push(territories[lower] as string);
  return [...names, lower];
}

/** The language of a code such as `de_DE`; undefined where there is no catalog for it. */
export function findLocale(code: string): Locale | undefined {
  for (const name of candidates(code)) {
    const catalog = load(name);
    if (catalog) return { code, ...catalog };
  }
  return undefined;
}

/** The translation of a message, or the message itself. */
export function translate(locale: Locale, message: string, context?: string): string {
  const forms = locale.messages.get(context === undefined ? message : `${context}\x04${message}`);
  return forms?.[0] ?? message;
}

/** The translation that suits a count. */
export function translateCount(locale: Locale, singular: string, plural: string, count: number): string {
  const form = locale.messages.get(singular)?.[locale.plural(Math.abs(count) === count ? count : -count)];
  return form ?? (count === 1 ? singular : plural);
}

const thousands: Record<string, string> = {
  de_DE: '.',
  fr_FR: ' ',
  it_IT: '.',
  pt_BR: '.',
  hu_HU: ' ',
  lv: ' ',
};
const decimals: Record<string, string> = {
  de_DE: ',',
  fr_FR: '.',
  it_IT: ',',
  pt_BR: ',',
  hu_HU: ',',
  lv: ',',
};

export function thousandsSeparator(locale: Locale): string {
  return Object.hasOwn(thousands, locale.code) ? (thousands[locale.code] as string) : ',';
}

export function decimalSeparator(locale: Locale): string {
  return Object.hasOwn(decimals, locale.code) ? (decimals[locale.code] as string) : '.';
}
