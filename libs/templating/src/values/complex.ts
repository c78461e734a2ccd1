import { PyObject, type Value } from './types.ts';

/** A part of a complex number; unlike a float it has no `.0`. */
function part(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-4 && size < 1e16)) return Object.is(value, -0) ? '-0' : String(value);
  return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
}

/** Python's `complex`: what a negative number to a broken power is. It can be printed and compared. */
export class PyComplex extends PyObject {
  readonly typeName = 'complex';
  readonly real: number;
  readonly imaginary: number;

  /** A negative base to a power that is no integer, by polar coordinates as in CPython. */
  constructor(base: number, exponent: number) {
    super();
    const length = Math.abs(base) ** exponent;
    const phase = Math.PI * exponent;
    this.real = length * Math.cos(phase);
    this.imaginary = length * Math.sin(phase);
  }

  override repr(): string {
    const sign = this.imaginary < 0 || Object.is(this.imaginary, -0) ? '' : '+';
    return `(${part(this.real)}${sign}${part(this.imaginary)}j)`;
  }

  override equals(other: Value): boolean {
    return other instanceof PyComplex && other.real === this.real && other.imaginary === this.imaginary;
  }
}
