import { GoObject, printFloat } from '../go/index.ts';

/** Go's complex128, which templates can write (`1+2i`) and print, and nothing else. */
export class GoComplex extends GoObject {
  readonly typeName = 'complex128';
  readonly real: number;
  readonly imaginary: number;

  constructor(real: number, imaginary: number) {
    super();
    this.real = real;
    this.imaginary = imaginary;
  }

  override member(): undefined {
    return undefined;
  }

  override print(): string {
    const imaginary = printFloat(this.imaginary);
    return `(${printFloat(this.real)}${/^[+-]/.test(imaginary) ? '' : '+'}${imaginary}i)`;
  }
}
