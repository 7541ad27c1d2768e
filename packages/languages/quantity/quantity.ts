/** An exact amount: `value` times 10 to the power of `exponent`, and the suffix family that it is printed in. */
export interface Quantity {
  readonly value: bigint;
  readonly exponent: number;
  readonly format: 'decimal' | 'binary' | 'exponent';
}

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*)([+-]?\d*)$/;
const decimalPowers: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binaryPowers: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
/** Nothing finer than this is kept; what is finer is rounded up, away from zero. */
const finest = -9;
/** Larger exponents are refused: they would only make large numbers of zeros. */
const exponentMax = 400;

/** Reads `100m`, `1.5Gi`, `1e3`; undefined where that is no quantity. */
export function parseQuantity(text: string): Quantity | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', letters = '', digits = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const scale = scaleOf(letters, digits);
  if (scale === undefined) return undefined;
  let value = BigInt(`${whole}${fraction}` || '0');
  let exponent = -fraction.length;
  if (scale.binary > 0) value *= 1n << BigInt(scale.binary);
  else exponent += scale.decimal;
  if (sign === '-') value = -value;
  return { ...roundUp(value, exponent), format: scale.format };
}

interface Scale {
  readonly decimal: number;
  readonly binary: number;
  readonly format: Quantity['format'];
}

function scaleOf(letters: string, digits: string): Scale | undefined {
  if (digits !== '') {
    const power = Number(digits);
    const valid =
      (letters === 'e' || letters === 'E') && Number.isInteger(power) && Math.abs(power) <= exponentMax;
    return valid ? { decimal: power, binary: 0, format: 'exponent' } : undefined;
  }
  const binary = Object.hasOwn(binaryPowers, letters) ? binaryPowers[letters] : undefined;
  if (binary !== undefined) return { decimal: 0, binary, format: 'binary' };
  const decimal = Object.hasOwn(decimalPowers, letters) ? decimalPowers[letters] : undefined;
  return decimal === undefined ? undefined : { decimal, binary: 0, format: 'decimal' };
}

function roundUp(value: bigint, exponent: number): { readonly value: bigint; readonly exponent: number } {
  if (exponent >= finest) return { value, exponent };
  const unit = 10n ** BigInt(finest - exponent);
  const quotient = value / unit;
  const rest = value % unit;
  return { value: rest === 0n ? quotient : quotient + (value < 0n ? -1n : 1n), exponent: finest };
}

/** The one text of the amount, as the API server stores it; undefined where that is no quantity. */
export function canonicalQuantity(text: string): string | undefined {
  const quantity = parseQuantity(text);
  return quantity === undefined ? undefined : formatQuantity(quantity);
}

function formatQuantity(quantity: Quantity): string {
  if (quantity.value === 0n) return '0';
  return (quantity.format === 'binary' ? formatBinary(quantity) : undefined) ?? formatDecimal(quantity);
}

/** Amounts below 1024 and those that are no whole number are printed in decimal. */
function formatBinary({ value, exponent }: Quantity): string | undefined {
  if (exponent < 0 && value % 10n ** BigInt(-exponent) !== 0n) return undefined;
  let rest = exponent < 0 ? value / 10n ** BigInt(-exponent) : value * 10n ** BigInt(exponent);
  if (rest < 1024n && rest > -1024n) return undefined;
  let power = 0;
  while (rest % 1024n === 0n && power < 60) {
    rest /= 1024n;
    power += 10;
  }
  const suffix = Object.keys(binaryPowers).find((key) => binaryPowers[key] === power) ?? '';
  return `${rest}${suffix}`;
}

function formatDecimal({ value, exponent, format }: Quantity): string {
  let [rest, power] = [value, exponent];
  while (rest % 10n === 0n) {
    rest /= 10n;
    power++;
  }
  while (power % 3 !== 0) {
    rest *= 10n;
    power--;
  }
  if (format === 'exponent') return power === 0 ? String(rest) : `${rest}e${power}`;
  while (power > 18) {
    rest *= 1000n;
    power -= 3;
  }
  const suffix = Object.keys(decimalPowers).find((key) => decimalPowers[key] === power) ?? '';
  return `${rest}${suffix}`;
}

/** Below zero, zero or above, exact. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const least = Math.min(a.exponent, b.exponent);
  const [left, right] = [
    a.value * 10n ** BigInt(a.exponent - least),
    b.value * 10n ** BigInt(b.exponent - least),
  ];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The nearest number, for drawing and estimating. */
export function quantityToNumber(quantity: Quantity): number {
  return Number(`${quantity.value}e${quantity.exponent}`);
}
