import { failure } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';

/** One `%...` of a format. */
export interface FormatCode {
  /** `%(name)s`. */
  readonly name: string | undefined;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly left: boolean;
  readonly blank: boolean;
  readonly plus: boolean;
  readonly width: number | '*';
  readonly precision: number | '*' | undefined;
  readonly type: 'd' | 'o' | 'x' | 'e' | 'f' | 'g' | 'c' | 's' | '%';
  readonly capitals: boolean;
}

const types: Readonly<Record<string, FormatCode['type']>> = {
  d: 'd',
  i: 'd',
  u: 'd',
  o: 'o',
  x: 'x',
  X: 'x',
  e: 'e',
  E: 'e',
  f: 'f',
  F: 'f',
  g: 'g',
  G: 'g',
  c: 'c',
  s: 's',
  '%': '%',
};

const shape = /%(?:\(([^)]*)\))?([#0\- +]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?/y;

/** A format as texts and codes. */
export function parseFormat(machine: Machine, format: string): (string | FormatCode)[] {
  const parts: (string | FormatCode)[] = [];
  for (let at = 0; ;) {
    const percent = format.indexOf('%', at);
    if (percent < 0) {
      parts.push(format.slice(at));
      return parts;
    }
    parts.push(format.slice(at, percent));
    shape.lastIndex = percent;
    const match = shape.exec(format);
    const end = shape.lastIndex;
    // An open parenthesis that is never closed ends the text, too.
    const isCut = match === null || end >= format.length || isOpen(format, percent, match[1]);
    if (isCut) throw failure(machine, 'Truncated format code.');
    const letter = String.fromCodePoint(format.codePointAt(end) ?? 0);
    const type = types[letter];
    if (type === undefined) throw failure(machine, `Unrecognised conversion type: ${letter}`);
    const [, name, flags = '', width = '', precision] = match;
    parts.push({
      name,
      alternate: flags.includes('#'),
      zero: flags.includes('0'),
      left: flags.includes('-'),
      blank: flags.includes(' '),
      plus: flags.includes('+'),
      width: width === '*' ? '*' : Number(width),
      precision: precision === undefined ? undefined : precision === '*' ? '*' : Number(precision),
      type,
      capitals: letter !== letter.toLowerCase(),
    });
    at = end + 1;
  }
}

function isOpen(format: string, percent: number, name: string | undefined): boolean {
  return name === undefined && format.charAt(percent + 1) === '(';
}
