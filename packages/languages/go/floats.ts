/** How many digits a float gets: the fewest that read back as the same number, or a fixed number. */
export type Precision = number | 'shortest';

export type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X' | 'b';

/** The significant digits of a number and where its point stands: `0.d1d2d3 * 10^point`. */
interface Digits {
  readonly digits: string;
  readonly point: number;
}

/** strconv.FormatFloat for float64, with the sign in front of negative numbers only. */
export function formatFloat(value: number, verb: FloatVerb, precision: Precision): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const negative = value < 0 || Object.is(value, -0);
  const size = Math.abs(value);
  return `${negative ? '-' : ''}${formatSize(size, verb, precision)}`;
}

function formatSize(size: number, verb: FloatVerb, precision: Precision): string {
  switch (verb) {
    case 'b':
      return binary(size);
    case 'x':
      return hexadecimal(size, precision);
    case 'X':
      return hexadecimal(size, precision).toUpperCase();
    case 'f':
      return precision === 'shortest' ? plain(shortestDigits(size)) : fixed(size, precision);
    case 'e':
    case 'E':
      return exponential(size, verb, precision);
    case 'g':
    case 'G':
      return general(size, verb === 'g' ? 'e' : 'E', precision);
  }
}

function exponential(size: number, letter: 'e' | 'E', precision: Precision): string {
  const { digits, point } =
    precision === 'shortest' ? shortestDigits(size) : roundedDigits(size, precision + 1);
  const places = precision === 'shortest' ? digits.length - 1 : precision;
  return withExponent(digits.padEnd(places + 1, '0'), size === 0 ? 0 : point - 1, letter);
}

function withExponent(digits: string, exponent: number, letter: 'e' | 'E'): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const power = Math.abs(exponent).toString().padStart(2, '0');
  return `${digits.slice(0, 1)}${fraction}${letter}${exponent < 0 ? '-' : '+'}${power}`;
}

/** `%g`: an exponent below -4 and from the precision on; 6 stands for the precision of shortest digits. */
function general(size: number, letter: 'e' | 'E', precision: Precision): string {
  const wanted = precision === 'shortest' ? 6 : Math.max(precision, 1);
  const { digits, point } =
    precision === 'shortest' ? shortestDigits(size) : trimZeros(roundedDigits(size, wanted));
  const limit =
    precision !== 'shortest' && wanted > digits.length && digits.length >= point ? digits.length : wanted;
  const exponent = size === 0 ? 0 : point - 1;
  if (exponent < -4 || exponent >= limit) return withExponent(digits, exponent, letter);
  return plain({ digits, point: size === 0 ? 1 : point });
}

function plain({ digits, point }: Digits): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return digits.padEnd(point, '0');
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

function trimZeros({ digits, point }: Digits): Digits {
  const trimmed = digits.replace(/0+$/, '');
  return { digits: trimmed === '' ? '0' : trimmed, point };
}

function shortestDigits(size: number): Digits {
  if (size === 0) return { digits: '0', point: 1 };
  const [mantissa = '', power = ''] = size.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(power) + 1 };
}

/** The first digits of the exact value, halves rounded to even as Go does (toFixed rounds them up). */
function roundedDigits(size: number, count: number): Digits {
  if (size === 0) return { digits: '0'.repeat(count), point: 1 };
  let exponent = Number(size.toExponential().split('e')[1]);
  let scaled = scaleAndRound(size, count - 1 - exponent).toString();
  if (scaled.length < count) {
    // The shortest digits had been rounded up to the next power of ten.
    exponent -= 1;
    scaled = scaleAndRound(size, count - 1 - exponent).toString();
  }
  const carried = scaled.length > count ? 1 : 0;
  return { digits: scaled.slice(0, count), point: exponent + 1 + carried };
}

function fixed(size: number, places: number): string {
  const scaled = scaleAndRound(size, places)
    .toString()
    .padStart(places + 1, '0');
  return places === 0 ? scaled : `${scaled.slice(0, -places)}.${scaled.slice(-places)}`;
}

const fractionBits = 52n;

function parts(size: number): { readonly mantissa: bigint; readonly exponent: number } {
  const bits = new BigUint64Array(Float64Array.of(size).buffer)[0] ?? 0n;
  const biased = Number(bits >> fractionBits);
  const fraction = bits & ((1n << fractionBits) - 1n);
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | (1n << fractionBits), exponent: biased - 1075 };
}

/** `size * 10^power` as a whole number, halves to even. */
function scaleAndRound(size: number, power: number): bigint {
  const { mantissa, exponent } = parts(size);
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const roundsUp = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return roundsUp ? quotient + 1n : quotient;
}

function binary(size: number): string {
  const { mantissa, exponent } = parts(size);
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
}

function hexadecimal(size: number, precision: Precision): string {
  if (size === 0)
    return `0x0${precision === 'shortest' || precision === 0 ? '' : `.${'0'.repeat(precision)}`}p+00`;
  let { mantissa, exponent } = parts(size);
  while (mantissa >> fractionBits === 0n) {
    mantissa <<= 1n;
    exponent -= 1;
  }
  exponent += 52;
  let places = 13;
  if (precision !== 'shortest' && precision < 13) {
    const dropped = BigInt(4 * (13 - precision));
    const half = 1n << (dropped - 1n);
    const rest = mantissa & ((1n << dropped) - 1n);
    mantissa >>= dropped;
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa += 1n;
    places = precision;
    if (mantissa >> BigInt(4 * places) === 2n) {
      mantissa >>= 1n;
      exponent += 1;
    }
  }
  const hex = mantissa.toString(16);
  const digits = hex.slice(1).padStart(places, '0');
  const fraction = precision === 'shortest' ? digits.replace(/0+$/, '') : digits.padEnd(precision, '0');
  const power = Math.abs(exponent).toString().padStart(2, '0');
  return `0x${hex.slice(0, 1)}${fraction === '' ? '' : `.${fraction}`}p${exponent < 0 ? '-' : '+'}${power}`;
}
