import { formatArgument } from './format-values.ts';
import { noFlags } from './format-flags.ts';
import { printValue } from './print.ts';
import { typeName } from './reflect.ts';
import { GoInt } from './values.ts';
import type { Flags } from './format-flags.ts';
import type { Value } from './values.ts';

/** Wider or more precise is refused, as fmt does. */
const numberMax = 1_000_000;

interface Scan {
  readonly format: string;
  readonly args: readonly Value[];
  at: number;
  argument: number;
  reordered: boolean;
  goodArgument: boolean;
  /** The item before was an index like `[3]`. */
  afterIndex: boolean;
}

/** fmt.Sprintf. Never fails: what does not fit is said in the text, as `%!d(string=a)`. */
export function sprintf(format: string, args: readonly Value[]): string {
  const scan: Scan = {
    format,
    args,
    at: 0,
    argument: 0,
    reordered: false,
    goodArgument: true,
    afterIndex: false,
  };
  let text = '';
  while (scan.at < format.length) {
    const percent = format.indexOf('%', scan.at);
    if (percent < 0) {
      text += format.slice(scan.at);
      break;
    }
    text += format.slice(scan.at, percent);
    scan.at = percent + 1;
    text += oneVerb(scan);
  }
  return scan.reordered || scan.argument >= args.length ? text : text + extra(args.slice(scan.argument));
}

function extra(args: readonly Value[]): string {
  const texts = args.map((arg) => (arg === null ? '<nil>' : `${typeName(arg)}=${printValue(arg)}`));
  return `%!(EXTRA ${texts.join(', ')})`;
}

function oneVerb(scan: Scan): string {
  const flags = readFlags(scan);
  scan.goodArgument = true;
  scan.afterIndex = false;
  readIndex(scan);
  const bad = readWidth(scan, flags) + readPrecision(scan, flags);
  if (!scan.afterIndex) readIndex(scan);
  const code = scan.format.codePointAt(scan.at);
  if (code === undefined) return `${bad}%!(NOVERB)`;
  const verb = String.fromCodePoint(code);
  scan.at += verb.length;
  if (verb === '%') return `${bad}%`;
  if (!scan.goodArgument) return `${bad}%!${verb}(BADINDEX)`;
  if (scan.argument >= scan.args.length) return `${bad}%!${verb}(MISSING)`;
  if (verb === 'v') {
    flags.sharpV = flags.sharp;
    flags.sharp = false;
    flags.plusV = flags.plus;
    flags.plus = false;
  }
  const argument = scan.args[scan.argument] ?? null;
  scan.argument += 1;
  return bad + formatArgument(argument, verb, flags);
}

function readFlags(scan: Scan): Flags {
  const flags = noFlags();
  for (; ; scan.at++) {
    switch (scan.format[scan.at]) {
      case '#':
        flags.sharp = true;
        break;
      case '0':
        flags.zero = true;
        break;
      case '+':
        flags.plus = true;
        break;
      case '-':
        flags.minus = true;
        break;
      case ' ':
        flags.space = true;
        break;
      default:
        return flags;
    }
  }
}

const index = /\[([^\]]*)\]/y;

/** `[n]`: the number of the argument that comes next. */
function readIndex(scan: Scan): void {
  scan.afterIndex = false;
  if (scan.format[scan.at] !== '[') return;
  scan.reordered = true;
  const shape = new RegExp(index);
  shape.lastIndex = scan.at;
  const match = shape.exec(scan.format);
  if (match === null) {
    scan.goodArgument = false;
    scan.at += 1;
    return;
  }
  scan.at += match[0].length;
  const number = /^\d{1,7}$/.test(match[1] ?? '') ? Number(match[1]) : undefined;
  scan.afterIndex = number !== undefined;
  if (number !== undefined && number >= 1 && number <= scan.args.length) scan.argument = number - 1;
  else scan.goodArgument = false;
}

function readNumber(scan: Scan): number | undefined {
  const start = scan.at;
  while (scan.format.charCodeAt(scan.at) >= 48 && scan.format.charCodeAt(scan.at) <= 57) scan.at += 1;
  if (scan.at === start) return undefined;
  const number = Number(scan.format.slice(start, scan.at));
  if (number <= numberMax * 10) return number;
  scan.at = scan.format.length;
  return undefined;
}

/** The argument that `*` takes; undefined: it is no integer, or too large. */
function numberArgument(scan: Scan): number | undefined {
  const argument = scan.args[scan.argument];
  if (scan.argument < scan.args.length) scan.argument += 1;
  if (!(argument instanceof GoInt)) return undefined;
  const number = Number(argument.n);
  return Math.abs(number) <= numberMax ? number : undefined;
}

/** Gives what fmt prints where the width is bad. */
function readWidth(scan: Scan, flags: Flags): string {
  if (scan.format[scan.at] !== '*') {
    flags.width = readNumber(scan);
    if (scan.afterIndex && flags.width !== undefined) scan.goodArgument = false;
    return '';
  }
  scan.at += 1;
  scan.afterIndex = false;
  const width = numberArgument(scan);
  if (width === undefined) return '%!(BADWIDTH)';
  flags.width = Math.abs(width);
  if (width < 0) {
    flags.minus = true;
    flags.zero = false;
  }
  return '';
}

function readPrecision(scan: Scan, flags: Flags): string {
  if (scan.format[scan.at] !== '.' || scan.at + 1 >= scan.format.length) return '';
  scan.at += 1;
  if (scan.afterIndex) scan.goodArgument = false;
  readIndex(scan);
  if (scan.format[scan.at] !== '*') {
    flags.precision = readNumber(scan) ?? 0;
    return '';
  }
  scan.at += 1;
  scan.afterIndex = false;
  const precision = numberArgument(scan);
  if (precision === undefined || precision < 0) return '%!(BADPREC)';
  flags.precision = precision;
  return '';
}

/** fmt.Sprint: a space between two arguments of which neither is text. */
export function sprint(args: readonly Value[]): string {
  let text = '';
  let previousIsText = true;
  for (const arg of args) {
    const isText = typeof arg === 'string';
    if (!isText && !previousIsText) text += ' ';
    text += printValue(arg);
    previousIsText = isText;
  }
  return text;
}

/** fmt.Sprintln: a space between all arguments and a newline after them. */
export function sprintln(args: readonly Value[]): string {
  return `${args.map((arg) => printValue(arg)).join(' ')}\n`;
}
