import { GoInt, printFloat, quoteString } from '@plumbline/languages';
import type { Value } from '@plumbline/languages';

/** A violation of a schema, with those below it that explain it. */
export interface Violation {
  readonly at: readonly string[];
  readonly text: string;
  readonly causes: readonly Violation[];
  /** `group`: only a bracket around its causes; `reference`: not shown when it has one cause. */
  readonly kind?: 'group' | 'reference';
}

/** A text in single quotes. */
export function quote(text: string): string {
  const quoted = quoteString(text).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${quoted.slice(1, -1)}'`;
}

/** Several texts in single quotes. */
export function quoteAll(texts: readonly string[]): string {
  return texts.map(quote).join(', ');
}

/** A primitive value as messages show it. */
export function display(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value === null) return '<nil>';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : printFloat(value);
  return typeof value === 'boolean' ? String(value) : 'value';
}

/** A count as the English printer of upstream (golang.org/x/text) groups it: 65,536. */
export function countWords(count: number): string {
  return grouped(String(count));
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(?:[0-9]{3})+$)/g, ',');
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A number as the same printer has it: 123,456.5, but from a million on, and below a ten thousandth, 1.5×10⁰⁶. */
export function numberWords(value: number): string {
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (value === 0 || (exponent >= -4 && exponent < 6)) {
    const [whole = '', rest] = String(value).split('.');
    return rest === undefined ? grouped(whole) : `${grouped(whole)}.${rest}`;
  }
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  const raised = digits.replaceAll(/\d/g, (digit) => superscripts.charAt(Number(digit)));
  return `${mantissa}×10${exponent < 0 ? '⁻' : ''}${raised}`;
}

/** The words of santhosh-tekuri's validator: one line per violation, indented below what it explains. */
export function formatViolations(violations: readonly Violation[]): string {
  const lines: string[] = [];
  for (const violation of violations) write(violation, 0, lines);
  return lines.join('\n');
}

function write(violation: Violation, indent: number, lines: string[]): void {
  const skipped = violation.kind === 'reference' && violation.causes.length === 1;
  if (!skipped) {
    const place = violation.at.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    lines.push(`${'  '.repeat(indent)}- at ${quote(place)}: ${violation.text}`);
  }
  for (const cause of violation.causes) write(cause, skipped ? indent : indent + 1, lines);
}

/** JSON's name of a value's type. */
export function typeOf(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Map) return 'object';
  if (typeof value === 'number' || value instanceof GoInt) return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}

/** The number that a value is. */
export function numberOf(value: Value): number | undefined {
  if (value instanceof GoInt) return Number(value.n);
  return typeof value === 'number' ? value : undefined;
}
