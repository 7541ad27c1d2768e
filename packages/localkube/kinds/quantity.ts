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
