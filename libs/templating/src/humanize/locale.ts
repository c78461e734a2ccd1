/** A language as `humanize_activate` sets it. Completed by the catalogs. */
export interface Locale {
  readonly code: string;
}

export const englishLocale: Locale = { code: 'en' };
