const SUFFIXES: Readonly<Record<string, readonly [base: bigint, power: number]>> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  '': [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
};
const QUANTITY = /^([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,3})|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])?)$/;

/** A quantity in billionths, the finest step that Kubernetes keeps; undefined if the text is none. */
export function parseQuantity(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = QUANTITY.exec(String(value));
  if (match === null) return undefined;
  const [, sign, digits = '', exponent, suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const [base, power] =
    exponent === undefined ? (SUFFIXES[suffix] ?? [10n, 0]) : ([10n, Number(exponent)] as const);
  let numerator = BigInt(`${whole}${fraction}`) * 1_000_000_000n;
  let denominator = 10n ** BigInt(fraction.length);
  if (power >= 0) numerator *= base ** BigInt(power);
  else denominator *= base ** BigInt(-power);
  const magnitude = (numerator + denominator - 1n) / denominator;
  return sign === '-' ? -magnitude : magnitude;
}

const ONE = 1_000_000_000n;

export function isWhole(billionths: bigint): boolean {
  return billionths % ONE === 0n;
}

/** Whole units, rounded up as upstream's `Value()` does. */
export function wholeUnits(billionths: bigint): bigint {
  return billionths >= 0n ? (billionths + ONE - 1n) / ONE : billionths / ONE;
}

export function fromWholeUnits(units: bigint): bigint {
  return units * ONE;
}

/** A sum as decimal text, as quota answers show it: `2`, `1500m`. */
export function formatDecimal(billionths: bigint): string {
  for (const [step, suffix] of [
    [ONE, ''],
    [1_000_000n, 'm'],
    [1000n, 'u'],
  ] as const) {
    if (billionths % step === 0n) return `${billionths / step}${suffix}`;
  }
  return `${billionths}n`;
}

const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;

/**
 * A quantity as the real server stores it: `1000m` is `1`, `0.5` is `500m`, `1024Mi` is `1Gi`. Undefined if the text is
 * no quantity. The family of the suffix stays, except that small binary amounts turn decimal.
 */
export function canonicalQuantity(text: string): string | undefined {
  const value = parseQuantity(text);
  if (value === undefined) return undefined;
  if (value === 0n) return '0';
  const sign = value < 0n ? '-' : '';
  const size = value < 0n ? -value : value;
  if (text.endsWith('i') && size >= 1024n * ONE) {
    let units = (size + ONE - 1n) / ONE;
    let power = 0;
    while (units % 1024n === 0n && power < BINARY.length - 1) {
      units /= 1024n;
      power++;
    }
    return `${sign}${units}${BINARY[power]}`;
  }
  let units = size;
  let power = 0;
  while (units % 1000n === 0n && power < DECIMAL.length - 1) {
    units /= 1000n;
    power++;
  }
  const exponent = power * 3 - 9;
  if (/[0-9.][eE][+-]?[0-9]/.test(text))
    return exponent === 0 ? `${sign}${units}` : `${sign}${units}e${exponent}`;
  return `${sign}${units}${DECIMAL[power]}`;
}
