/** A number as manifests show it: whole ones in full, others with 17 digits, as C's `%.17g` does. */
export function numberText(value: number): string {
  if (Number.isInteger(value)) return wholeText(value);
  const [mantissa = '', order = '0'] = value.toExponential(16).split('e');
  const exponent = Number(order);
  const trimmed = mantissa.replace(/\.?0+$/, '');
  if (exponent < -4) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${trimmed}e-${digits}`;
  }
  return value.toFixed(Math.max(0, 16 - exponent)).replace(/\.?0+$/, '');
}

/** A number with as few digits as tell it from others, never with an exponent. */
export function shortestText(value: number): string {
  if (Number.isInteger(value)) return Math.abs(value) < 1e21 ? wholeText(value) : expand(value);
  return expand(value);
}

function wholeText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Math.abs(value) < 1e15 ? String(value) : BigInt(value).toString();
}

/** Writes a number out without exponent, from its shortest digits. */
function expand(value: number): string {
  const [mantissa = '', order = '0'] = value.toExponential().split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  const point = Number(order) + 1;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** A number as Go prints it with `%v`: the shortest digits, with an exponent from a million on. */
export function goText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', order = '0'] = value.toExponential().split('e');
  const exponent = Number(order);
  if (exponent >= -4 && exponent < 6) return expand(value);
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
}

/**
 * `x` to the power of `y` by Go's own algorithm: JavaScript's operator is off in the last digits of large results,
 * and formats multiply with powers of ten.
 */
export function power(x: number, y: number): number {
  if (!Number.isFinite(x) || !Number.isFinite(y) || x === 0 || y === 0) return x ** y;
  if (y === 1) return x;
  if (y === 0.5) return Math.sqrt(x);
  if (y === -0.5) return 1 / Math.sqrt(x);
  let whole = Math.trunc(Math.abs(y));
  let fraction = Math.abs(y) - whole;
  if (fraction !== 0 && x < 0) return Number.NaN;
  if (whole >= 2 ** 63) return x ** y;
  let result = 1;
  if (fraction !== 0) {
    if (fraction > 0.5) {
      fraction--;
      whole++;
    }
    result = Math.exp(fraction * Math.log(x));
  }
  let exponent = 0;
  let { mantissa, exponent: step } = frexp(x);
  for (let left = whole; left !== 0; left = Math.floor(left / 2)) {
    // Beyond all that a double holds.
    if (step < -(2 ** 12) || step > 2 ** 12) return x ** y;
    if (left % 2 === 1) {
      result *= mantissa;
      exponent += step;
    }
    mantissa *= mantissa;
    step *= 2;
    if (mantissa < 0.5) {
      mantissa += mantissa;
      step--;
    }
  }
  if (y < 0) {
    result = 1 / result;
    exponent = -exponent;
  }
  return scale(result, exponent);
}

/** Times a power of two that may itself be out of reach. */
function scale(value: number, exponent: number): number {
  let result = value;
  let left = exponent;
  for (; left > 1000; left -= 1000) result *= 2 ** 1000;
  for (; left < -1000; left += 1000) result *= 2 ** -1000;
  return result * 2 ** left;
}

/** A number as fraction and power of two, as C's `frexp`. */
export function frexp(x: number): { readonly mantissa: number; readonly exponent: number } {
  if (x === 0 || !Number.isFinite(x)) return { mantissa: x, exponent: 0 };
  let mantissa = x;
  let exponent = 0;
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2;
    exponent++;
  }
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2;
    exponent--;
  }
  return { mantissa, exponent };
}
