import { toBytes } from './bytes.ts';

const units: readonly (readonly [string, bigint])[] = [
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
];
const nanoseconds = new Map(units);
const durationMax = 1n << 63n;

/** Nanoseconds as time.Duration prints them: `1h2m3.5s`, `1.5ms`, `0s`. */
export function formatDuration(duration: bigint): string {
  if (duration === 0n) return '0s';
  const sign = duration < 0n ? '-' : '';
  const size = duration < 0n ? -duration : duration;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 1_000n)}µs`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 1_000_000n)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(amount: bigint, unit: bigint): string {
  const fraction = (amount % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '');
  return `${amount / unit}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The nanoseconds of `1h30m`, or what time.ParseDuration says is wrong. */
export function parseDuration(text: string): bigint | { readonly error: string } {
  const invalid = { error: `time: invalid duration ${quoteForTime(text)}` };
  const negative = text.startsWith('-');
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') return invalid;
  let sum = 0n;
  while (rest !== '') {
    const number = /^(\d*)(?:\.(\d*))?/.exec(rest);
    const [whole = '', fraction = ''] = [number?.[1], number?.[2]];
    if ((whole === '' && fraction === '') || BigInt(`0${whole}`) > durationMax) return invalid;
    rest = rest.slice(number?.[0].length ?? 0);
    const unit = /^[^\d.]*/.exec(rest)?.[0] ?? '';
    if (unit === '') return { error: `time: missing unit in duration ${quoteForTime(text)}` };
    const size = nanoseconds.get(unit);
    if (size === undefined)
      return { error: `time: unknown unit ${quoteForTime(unit)} in duration ${quoteForTime(text)}` };
    rest = rest.slice(unit.length);
    sum += BigInt(`0${whole}`) * size;
    if (fraction !== '') sum += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length);
    if (sum > durationMax) return invalid;
  }
  if (!negative && sum === durationMax) return invalid;
  return negative ? -sum : sum;
}

/** A text as package time quotes it in its errors: what is no printable ASCII byte by byte. */
export function quoteForTime(text: string): string {
  let quoted = '"';
  for (const byte of toBytes(text)) {
    if (byte >= 0x80 || byte < 0x20) quoted += `\\x${byte.toString(16).padStart(2, '0')}`;
    else
      quoted += byte === 0x22 || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte);
  }
  return `${quoted}"`;
}
