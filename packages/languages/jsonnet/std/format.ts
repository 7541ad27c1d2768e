import { failure, force } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { valueText } from '../run/manifest.ts';
import { power } from '../run/numbers.ts';
import { hasField, indexObject } from '../run/objects.ts';
import { textOf } from '../run/operators.ts';
import { runeCount } from '../run/text.ts';
import { JsonnetObject, isArray, typeName } from '../run/values.ts';
import type { Slot, Value } from '../run/values.ts';
import { arg, strict } from './define.ts';
import type { Library } from './define.ts';
import { parseFormat } from './format-codes.ts';
import type { FormatCode } from './format-codes.ts';

/** What a value is filled in with, once `*` is known. */
interface Shape {
  readonly width: number;
  readonly precision: number | undefined;
}

interface Sign {
  readonly negative: boolean;
  readonly blank: boolean;
  readonly plus: boolean;
}

function signText({ negative, blank, plus }: Sign): string {
  return negative ? '-' : plus ? '+' : blank ? ' ' : '';
}

/** Digits of a whole number that is not negative, by upstream's division of doubles: beyond 2^53 they are not exact. */
function digits(value: number, radix: number): string {
  if (value <= Number.MAX_SAFE_INTEGER) return Math.floor(value).toString(radix);
  let text = '';
  for (let left = Math.floor(value); left > 0; left = Math.floor(left / radix))
    text = (left % radix).toString(radix) + text;
  return text;
}

function whole(
  magnitude: number,
  sign: Sign,
  width: number,
  digitsMin: number,
  radix: number,
  prefix: string,
): string {
  const text = magnitude === 0 ? '0' : prefix + digits(magnitude, radix);
  const reserved = sign.negative || sign.blank || sign.plus ? 1 : 0;
  return signText(sign) + text.padStart(Math.max(width - reserved, digitsMin), '0');
}

function hexadecimal(value: number, code: FormatCode, width: number, digitsMin: number): string {
  const sign = { negative: value < 0, blank: code.blank, plus: code.plus };
  const text = digits(Math.abs(value), 16);
  const reserved = (sign.negative || sign.blank || sign.plus ? 1 : 0) + (code.alternate ? 2 : 0);
  const padded = text.padStart(Math.max(width - reserved, digitsMin), '0');
  const prefix = code.alternate ? '0x' : '';
  return signText(sign) + (code.capitals ? (prefix + padded).toUpperCase() : prefix + padded);
}

interface Float {
  readonly sign: Sign;
  readonly width: number;
  readonly ensurePoint: boolean;
  readonly trailing: boolean;
  readonly precision: number;
}

/** A number with a fixed count of decimals, by the same arithmetic on doubles as upstream's. */
function decimal(value: number, { sign, width, ensurePoint, trailing, precision }: Float): string {
  const denominator = power(10, precision);
  const numerator = Math.abs(value) * denominator + 0.5;
  const wholes = Math.floor(numerator / denominator);
  const fraction = Math.floor(numerator) % denominator;
  const pointSize = precision === 0 && !ensurePoint ? 0 : 1;
  const text = whole(wholes, sign, width - precision - pointSize, 0, 10, '');
  if (precision === 0) return ensurePoint ? `${text}.` : text;
  if (!trailing && fraction <= 0) return text;
  const fractionText = digits(fraction, 10).padStart(precision, '0');
  return `${text}.${trailing ? fractionText : fractionText.replace(/0+$/, '')}`;
}

function exponentOf(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log(Math.abs(value)) / Math.log(10));
}

function scientific(value: number, float: Float, capitals: boolean): string {
  const exponent = exponentOf(value);
  const exponentSign = { negative: exponent < 0, blank: false, plus: true };
  const suffix = (capitals ? 'E' : 'e') + whole(Math.abs(exponent), exponentSign, 3, 0, 10, '');
  // 10 to the power of -324 is 0.
  const mantissa = exponent === -324 ? (value * 10) / power(10, exponent + 1) : value / power(10, exponent);
  return decimal(mantissa, { ...float, width: float.width - suffix.length }) + suffix;
}

function general(value: number, code: FormatCode, float: Float): string {
  const exponent = exponentOf(value);
  const shape = { ...float, trailing: code.alternate };
  if (exponent < -4 || exponent >= float.precision)
    return scientific(value, { ...shape, precision: float.precision - 1 }, code.capitals);
  const before = Math.max(1, exponent + 1);
  return decimal(value, { ...shape, precision: float.precision - before });
}

function character(machine: Machine, value: Value): string {
  if (typeof value === 'number') return String.fromCodePoint(Math.trunc(value));
  if (typeof value !== 'string')
    throw failure(machine, `%c expected number / string, got: ${typeName(value)}`);
  const length = runeCount(machine, value);
  if (length !== 1) throw failure(machine, `%c expected 1-sized string got: ${length}`);
  return value;
}

function formatValue(
  machine: Machine,
  value: Value,
  code: FormatCode,
  { width, precision }: Shape,
  at: number | string,
): string {
  if (code.type === 's') return valueText(machine, value);
  if (code.type === 'c') return character(machine, value);
  if (typeof value !== 'number')
    throw failure(machine, `Format required number at ${at}, got ${typeName(value)}`);
  const padded = code.zero && !code.left ? width : 0;
  const sign = { negative: value <= -1, blank: code.blank, plus: code.plus };
  const magnitude = Math.floor(Math.abs(value));
  switch (code.type) {
    case 'd':
      return whole(magnitude, sign, padded, precision ?? 0, 10, '');
    case 'o':
      return whole(magnitude, sign, padded, precision ?? 0, 8, code.alternate ? '0' : '');
    case 'x':
      return hexadecimal(Math.floor(value), code, padded, precision ?? 0);
    default: {
      const float: Float = {
        sign: { ...sign, negative: value < 0 },
        width: padded,
        ensurePoint: code.alternate,
        trailing: true,
        precision: precision ?? 6,
      };
      if (code.type === 'f') return decimal(value, float);
      if (code.type === 'e') return scientific(value, float, code.capitals);
      return general(value, code, float);
    }
  }
}

function pad(machine: Machine, text: string, code: FormatCode, width: number): string {
  const missing = ' '.repeat(Math.max(0, width - runeCount(machine, text)));
  return code.left ? text + missing : missing + text;
}

/** Fills a format in with values in their order. */
function formatList(
  machine: Machine,
  parts: readonly (string | FormatCode)[],
  values: readonly Slot[],
): string {
  const total = values.length;
  let used = 0;
  const next = (bound: string): Value => {
    const slot = values[used];
    if (slot === undefined)
      throw failure(machine, `Not enough values to format: ${total}, expected ${bound} ${used}`);
    used++;
    return force(machine, slot);
  };
  const star = (part: number | '*'): number => {
    if (part !== '*') return part;
    const value = next('at least');
    return typeof value === 'number' ? value : Number(textOf(machine, value));
  };
  let out = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      out += part;
      continue;
    }
    const width = star(part.width);
    const precision = part.precision === undefined ? undefined : star(part.precision);
    if (part.type === '%') {
      out += pad(machine, '%', part, width);
      continue;
    }
    const at = used;
    out += pad(machine, formatValue(machine, next('more than'), part, { width, precision }, at), part, width);
  }
  if (used < total) throw failure(machine, `Too many values to format: ${total}, expected ${used}`);
  return out;
}

/** Fills a format in with fields by their names. */
function formatObject(
  machine: Machine,
  parts: readonly (string | FormatCode)[],
  values: JsonnetObject,
): string {
  let out = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      out += part;
      continue;
    }
    const { name, width, precision } = part;
    if (width === '*') throw failure(machine, 'Cannot use * field width with object.');
    if (precision === '*') throw failure(machine, 'Cannot use * precision with object.');
    if (part.type === '%') {
      out += pad(machine, '%', part, width);
      continue;
    }
    if (name === undefined) throw failure(machine, 'Mapping keys required.');
    if (!hasField(values, name)) throw failure(machine, `No such field: ${name}`);
    const value = indexObject(machine, values, name);
    out += pad(machine, formatValue(machine, value, part, { width, precision }, name), part, width);
  }
  return out;
}

/** `std.format`, which `%` stands for, too. */
export const format: Library = {
  format: strict('str vals', (machine, args) => {
    const parts = parseFormat(machine, textOf(machine, arg(args, 0)));
    const values = arg(args, 1);
    if (values instanceof JsonnetObject) return formatObject(machine, parts, values);
    return formatList(machine, parts, isArray(values) ? values : [values]);
  }),
};
