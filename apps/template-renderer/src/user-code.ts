import { TemplateError } from '@tributary/templating';
import type { Throttle, Value } from '@tributary/templating';
import { failureOf } from './failure.ts';
import type { Failure, FailureStage } from './failure.ts';

/** What a webhook's templates and expressions see. */
export type Context = ReadonlyMap<string, Value>;

/** A template or an expression of a user's, compiled. Throws a `TemplateError`. */
export type UserCode<T, Input = Context> = (input: Input) => T;

export type Result<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** Compiles when first run. An error too is kept, so that a broken template costs a compilation per version, not per call. */
export function lazily<T, Input = Context>(compile: () => UserCode<T, Input>): UserCode<T, Input> {
  let compiled: { code: UserCode<T, Input> } | { error: TemplateError } | undefined;
  return (input) => {
    compiled ??= attempt(compile);
    if ('error' in compiled) throw compiled.error;
    return compiled.code(input);
  };
}

function attempt<T>(compile: () => T): { code: T } | { error: TemplateError } {
  try {
    return { code: compile() };
  } catch (error) {
    if (error instanceof TemplateError) return { error };
    throw error;
  }
}

/** Which piece of a webhook's code is run: `pointer` names it in the webhook's settings; null: the template itself. */
export interface Piece {
  webhookId: string;
  stage: FailureStage;
  pointer: string | null;
}

/**
 * Runs a piece of a user's code. A webhook whose code keeps running into limits is made to wait, see `createThrottle`. What
 * the code does wrong is a failure with its place; a fault of ours is thrown.
 */
export function runUserCode<T>(throttle: Throttle, piece: Piece, work: () => T): Result<T> {
  try {
    return { ok: true, value: throttle.run(piece.webhookId, work) };
  } catch (error) {
    // The engine wraps what it did not foresee, a defect of its own or of ours, and keeps that as the cause.
    if (!(error instanceof TemplateError)) throw error;
    if (error.cause !== undefined) throw error.cause;
    const { name, message, line, column } = error;
    const { stage, pointer } = piece;
    // Both are 0 where the engine does not know the place.
    const place = line > 0 ? { line, column } : {};
    const text = pointer === null ? `${name}: ${message}` : `${pointer}: ${name}: ${message}`;
    return { ok: false, failure: failureOf(stage, text, { ...place, pointer }) };
  }
}
