import { setTimeout as delay } from 'node:timers/promises';
import { isRetryable } from '@tributary/postgres';
import { HttpProblem } from '@tributary/service-runtime';

export interface SaveOnceOptions {
  /** Whether what was to be saved is there. */
  isSaved: () => Promise<boolean>;
  /** How often to look before giving up. */
  looks?: number;
}

/**
 * Saves something new. When the connection broke, perhaps in the commit, it looks whether the save took effect: clients
 * repeat what was answered with 503, and a repeated create makes a second one. Resolves when it is saved; throws the
 * retryable error when it certainly is not, and 500, which clients do not repeat, when it cannot be known.
 */
export async function saveOnce(
  save: () => Promise<void>,
  { isSaved, looks = 5 }: SaveOnceOptions,
): Promise<void> {
  try {
    await save();
  } catch (error) {
    if (!isRetryable(error)) throw error;
    for (let look = 0; look < looks; look += 1) {
      const found = await isSaved().catch(() => undefined);
      if (found === true) return;
      if (found === false) throw error;
      await delay(200);
    }
    throw new HttpProblem(
      500,
      'The database went away while this was saved, and it is not known whether it was. Look before you send it again.',
      { cause: error },
    );
  }
}
