import { LimitError, type LimitName } from '../errors.ts';

/** What one render may use. Lengths of strings are in UTF-16 code units. */
export interface Limits {
  /** Units of work: loop iterations, calls, elements touched by filters, blocks of text processed. */
  steps: number;
  /** UTF-8 bytes of the rendered text. */
  outputBytes: number;
  stringLength: number;
  listLength: number;
  /** Bits of the largest integer that arithmetic may make. */
  integerBits: number;
  /** Nesting of macro calls and recursive loops. */
  recursionDepth: number;
  rangeLength: number;
  /** `for` statements in one template; checked by `validateTemplate`. */
  loops: number;
  /** Nesting of `for` statements; checked by `validateTemplate`. */
  loopDepth: number;
  /** UTF-8 bytes of a template's source. */
  templateBytes: number;
}

export const defaultLimits: Readonly<Limits> = {
  steps: 50_000,
  outputBytes: 4 * 1024 * 1024,
  stringLength: 4 * 1024 * 1024,
  listLength: 100_000,
  integerBits: 65_536,
  recursionDepth: 150,
  rangeLength: 100,
  loops: 10,
  loopDepth: 2,
  templateBytes: 256 * 1024,
};

/** Limits and what is left of the steps, for one render. */
export interface Budget {
  readonly limits: Readonly<Limits>;
  remaining: number;
}

export function createBudget(limits: Readonly<Limits>): Budget {
  return { limits, remaining: limits.steps };
}

/*
 * Rendering is synchronous, so at most one render runs at a time on a thread. Keeping its budget here spares every
 * comparison, representation and arithmetic helper an argument that only hostile templates ever need.
 */
let current: Budget = createBudget({ ...defaultLimits, steps: Number.POSITIVE_INFINITY });

/** Runs `work` under `budget`; a render within a render (from a host's own filter) gets its own. */
export function withBudget<T>(budget: Budget, work: () => T): T {
  const outer = current;
  current = budget;
  try {
    return work();
  } finally {
    current = outer;
  }
}

/** Counts `steps` units of work, and stops the render when none are left. */
export function charge(steps: number): void {
  if ((current.remaining -= steps) < 0) {
    const maximum = current.limits.steps;
    throw new LimitError('steps', maximum, `The template did more than ${maximum} steps of work.`);
  }
}

/** Counts work that is linear in the length of a text; cheap, as native string operations are. */
export function chargeText(length: number): void {
  charge(1 + (length >>> 7));
}

const units: Partial<Record<LimitName, string>> = {
  stringLength: 'A text would have grown over %n characters.',
  listLength: 'A list would have grown over %n elements.',
  integerBits: 'A number would have grown over %n bits.',
};

function stop(limit: 'stringLength' | 'listLength' | 'integerBits'): never {
  const maximum = current.limits[limit];
  throw new LimitError(limit, maximum, (units[limit] as string).replace('%n', String(maximum)));
}

/** Long texts are worked on in pieces of this length, so that a limit stops the work and not only its result. */
const pieceLength = 8192;

/** Replaces single UTF-16 units by longer texts, counting what the text grows by. */
export function replaceUnits(text: string, pattern: RegExp, replacement: (unit: string) => string): string {
  return growInPieces(text, (piece) => piece.replace(pattern, replacement), 4);
}

/** Has a text made longer by `grow`, which goes unit by unit, counting a step for each `perStep` units it grows by. */
export function growInPieces(text: string, grow: (piece: string) => string, perStep = 16): string {
  if (text.length <= pieceLength) return counted(text, grow(text), perStep);
  let result = '';
  for (let start = 0; start < text.length;) {
    let end = start + pieceLength;
    // A pair of surrogates stays together.
    if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++;
    const piece = text.slice(start, end);
    result += counted(piece, grow(piece), perStep);
    start = end;
  }
  return result;
}

function counted(piece: string, grown: string, perStep: number): string {
  charge((grown.length - piece.length) / perStep);
  return grown;
}

/** Refuses a string before it is made. */
export function checkStringLength(length: number): void {
  if (!(length <= current.limits.stringLength)) stop('stringLength');
  charge(1 + length / 128);
}

/** Refuses a list before it is made. */
export function checkListLength(length: number): void {
  if (!(length <= current.limits.listLength)) stop('listLength');
  charge(1 + length / 16);
}

/** Counts a multiplication or division of integers of so many bits, whose work grows with the product of their lengths. */
export function chargeIntegers(bits: number, otherBits: number): void {
  charge((bits + otherBits) / 256 + (bits * otherBits) / 2 ** 18);
}

/** Refuses a large integer before it is made. */
export function checkIntegerBits(bits: number): void {
  if (!(bits <= current.limits.integerBits)) stop('integerBits');
  charge(1 + bits / 64);
}
