import { PythonError, type PythonErrorName } from '../errors.ts';
import { charge } from './budget.ts';

/** Steps for an exception that is raised and caught: it takes as long as some twenty iterations. */
const steps = 20;

/** Whether `error` is one of Python's exceptions with one of these names, for an `except` of a built-in. */
export function caught(error: unknown, ...names: PythonErrorName[]): boolean {
  if (!(error instanceof PythonError && names.includes(error.name as PythonErrorName))) return false;
  charge(steps);
  return true;
}
