import type { Admin } from 'kafkajs';
import { isSilence, MessagingError, toMessagingError } from './errors.ts';

/**
 * A kafkajs admin that is used by one call at a time, and disconnected only when nobody uses it any more.
 *
 * Its calls share metadata, which each replaces by the answer to its own question: of two that run at once, one finds
 * no partitions of its topic and fails, or gives an empty list. A call that is under way at a disconnect would fail for
 * want of metadata, or connect again, and then nobody disconnects.
 */
export class AdminClient {
  readonly #admin: Admin;
  readonly #onGone: () => void;
  readonly #connected: Promise<void>;
  readonly #gone = Promise.withResolvers<void>();
  /** Settled when the last call that was taken is done; never rejects. */
  #last: Promise<unknown>;
  #calls = 0;
  #isRetired = false;
  /** Why nothing more is begun. */
  #refusal: MessagingError | undefined;

  constructor(admin: Admin, onGone: () => void) {
    this.#admin = admin;
    this.#onGone = onGone;
    this.#connected = admin.connect();
    // Awaited by each call.
    this.#last = this.#connected.catch(() => undefined);
  }

  /**
   * Runs `fn` after the calls that came before it. Rejects with a MessagingError. When no broker answered a call, those
   * that wait behind it fail with it: each would take as long to find that out.
   */
  async use<T>(what: string, fn: (admin: Admin) => Promise<T>): Promise<T> {
    const turn = this.#last;
    const done = Promise.withResolvers<void>();
    this.#last = done.promise;
    this.#calls += 1;
    try {
      await turn;
      if (this.#refusal !== undefined) throw this.#refused(what, this.#refusal);
      await this.#connected;
      return await fn(this.#admin);
    } catch (error) {
      const failure = toMessagingError(error, what);
      if (isSilence(error)) this.#refusal ??= failure;
      throw failure;
    } finally {
      this.#calls -= 1;
      done.resolve();
      this.#leave();
    }
  }

  /**
   * Resolves when it is disconnected, which the call that is under way is waited for. Those that wait behind it are
   * still begun, unless `refusal` is to be their answer.
   */
  retire(refusal?: MessagingError): Promise<void> {
    this.#refusal ??= refusal;
    if (!this.#isRetired) {
      this.#isRetired = true;
      this.#leave();
    }
    return this.#gone.promise;
  }

  #refused(what: string, cause: MessagingError): MessagingError {
    return new MessagingError(cause.code, `${what}: ${cause.message}`, { cause });
  }

  #leave(): void {
    if (!this.#isRetired || this.#calls > 0) return;
    this.#onGone();
    const disconnected = this.#admin.disconnect().catch(() => undefined);
    void disconnected.then(this.#gone.resolve);
  }
}
