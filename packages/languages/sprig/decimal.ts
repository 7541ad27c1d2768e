import { panic } from './define.ts';
import { printFloat } from '../go/index.ts';

/** A decimal number as shopspring/decimal holds it: `coefficient * 10^exponent`. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** Digits behind the point that a division keeps. */
const divisionDigits = 16;

/** The decimal with the shortest digits that name a float. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) return panic(`Cannot create a Decimal from ${printFloat(value)}`);
  const [digits = '0', power = '0'] = value.toExponential().split('e');
  const [whole = '0', fraction = ''] = digits.split('.');
  return { coefficient: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

/** The nearest float. */
export function floatOf({ coefficient, exponent }: Decimal): number {
  return Number(`${coefficient}e${exponent}`);
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { coefficient: scaled(a, exponent) + scaled(b, exponent), exponent };
}

export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  return addDecimals(a, { coefficient: -b.coefficient, exponent: b.exponent });
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent };
}

/** Rounded to sixteen places, half away from zero. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (b.coefficient === 0n) return panic('decimal division by 0');
  const shift = a.exponent - b.exponent + divisionDigits;
  const above = shift >= 0 ? a.coefficient * 10n ** BigInt(shift) : a.coefficient;
  const below = shift >= 0 ? b.coefficient : b.coefficient * 10n ** BigInt(-shift);
  const quotient = above / below;
  const rest = above % below;
  const size = (n: bigint): bigint => (n < 0n ? -n : n);
  if (size(rest) * 2n < size(below)) return { coefficient: quotient, exponent: -divisionDigits };
  const away = above < 0n === below < 0n ? 1n : -1n;
  return { coefficient: quotient + away, exponent: -divisionDigits };
}

function scaled({ coefficient, exponent }: Decimal, to: number): bigint {
  return coefficient * 10n ** BigInt(exponent - to);
}
