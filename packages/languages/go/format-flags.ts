/** What stands between `%` and the verb. */
export interface Flags {
  width: number | undefined;
  precision: number | undefined;
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%+v`: with the names of fields. */
  plusV: boolean;
  /** `%#v`: as Go source. */
  sharpV: boolean;
}

/** A verb without flags. */
export function noFlags(): Flags {
  return {
    width: undefined,
    precision: undefined,
    minus: false,
    plus: false,
    sharp: false,
    space: false,
    zero: false,
    plusV: false,
    sharpV: false,
  };
}

/** Runes as Go counts them: a pair is one, a byte that is no UTF-8 is one. */
function runeCount(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00)
      count -= 1;
  }
  return count;
}

/** The first runes of a text. */
export function truncateRunes(text: string, count: number | undefined): string {
  if (count === undefined || text.length <= count) return text;
  return Array.from(text).slice(0, count).join('');
}

/** Text at least as wide as asked, filled on the left with spaces or zeros, or on the right with spaces. */
export function pad(text: string, flags: Flags): string {
  if (flags.width === undefined) return text;
  const missing = flags.width - runeCount(text);
  if (missing <= 0) return text;
  if (flags.minus) return text + ' '.repeat(missing);
  return (flags.zero ? '0' : ' ').repeat(missing) + text;
}

/** The same, never with zeros. */
export function padSpaces(text: string, flags: Flags): string {
  return pad(text, flags.zero ? { ...flags, zero: false } : flags);
}
