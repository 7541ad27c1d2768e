/** Go's shortest form of a float with an exponent where it is small or large, as `strconv` prints it with `g`. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 21) return plainDouble(value, power);
  const sign = power < 0 ? '-' : '+';
  return `${digits}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** JavaScript writes small numbers with an exponent sooner. */
function plainDouble(value: number, power: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return value.toFixed(Math.min(100, 20 - power)).replace(/\.?0+$/, '');
}
