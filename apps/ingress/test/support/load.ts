import type { Answered } from './ingress-process.ts';

/** What came of calls made by several callers at once, each making one after the other. */
export interface LoadResult {
  answers: Answered[];
  errors: unknown[];
}

/** `callers` call until `until` says so; `make` gets the number of the call. */
export async function callAtOnce(
  make: (index: number) => Promise<Answered>,
  { callers, until }: { callers: number; until: (made: number) => boolean },
): Promise<LoadResult> {
  const result: LoadResult = { answers: [], errors: [] };
  let made = 0;
  const caller = async (): Promise<void> => {
    while (!until(made)) {
      try {
        result.answers.push(await make(made++));
      } catch (error) {
        result.errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return result;
}

export function executionIds(answers: Answered[]): string[] {
  return answers.map(({ headers }) => headers['x-execution-id'] as string);
}
