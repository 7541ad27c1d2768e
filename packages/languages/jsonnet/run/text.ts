import type { Machine } from './machine.ts';

/** Order by code points, which is the order of UTF-8's bytes; JavaScript's own differs behind U+FFFF. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    const isLeftPair = left >= 0xd800 && left <= 0xdfff;
    const isRightPair = right >= 0xd800 && right <= 0xdfff;
    if (isLeftPair !== isRightPair) return isLeftPair ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

const surrogates = /[\ud800-\udfff]/;

/** The characters of a text. A text that is walked over is taken apart only once. */
export function runesOf(machine: Machine, text: string): readonly string[] {
  if (machine.lastText === text) return machine.lastRunes;
  machine.lastRunes = surrogates.test(text) ? Array.from(text) : text.split('');
  machine.lastText = text;
  return machine.lastRunes;
}

/** How many characters a text has. */
export function runeCount(machine: Machine, text: string): number {
  return runesOf(machine, text).length;
}
