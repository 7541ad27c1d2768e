import { parseQuantity as readQuantity } from '@plumbline/languages';

/** The finest step that Kubernetes keeps, so that amounts can be added and compared as whole numbers. */
const finest = 9;
const ONE = 1_000_000_000n;

/** A quantity in billionths; undefined if the text is none. */
export function parseQuantity(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const quantity = readQuantity(String(value));
  return quantity === undefined ? undefined : quantity.value * 10n ** BigInt(quantity.exponent + finest);
}

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
