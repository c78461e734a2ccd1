/** Which of a message's plural forms suits a count; the rules are those of the catalogs' headers. */
export type PluralRule = (n: number) => number;

const few = (n: number): boolean => n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 10 || n % 100 >= 20);

export const pluralRules: Readonly<Record<string, PluralRule>> = {
  single: () => 0,
  notOne: (n) => (n === 1 ? 0 : 1),
  moreThanOne: (n) => (n > 1 ? 1 : 0),
  latvian: (n) => (n % 10 === 1 && n % 100 !== 11 ? 0 : n === 0 ? 2 : 1),
  polish: (n) => (n === 1 ? 0 : few(n) ? 1 : 2),
  eastSlavic: (n) => (n % 10 === 1 && n % 100 !== 11 ? 0 : few(n) ? 1 : 2),
  slovak: (n) => (n === 1 ? 0 : n >= 2 && n <= 4 ? 1 : 2),
  slovenian: (n) => {
    const rest = n % 100;
    if (rest === 1 || rest === 2) return rest - 1;
    return rest === 3 || rest === 4 ? 2 : 3;
  },
  arabic: (n) => {
    if (n <= 2) return n;
    const rest = n % 100;
    if (rest >= 3 && rest <= 10) return 3;
    return rest >= 11 ? 4 : 5;
  },
};
