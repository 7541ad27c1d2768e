/**
 * Go's strings are bytes, ours are UTF-16. A byte that is no UTF-8 travels as a lone surrogate U+DC80..U+DCFF, so that
 * binary files survive a template; these functions cross the border.
 */
const beyondAscii = /[\u0080-\uffff]/;
const loneByte = /[\udc80-\udcff]/u;
const surrogate = /[\ud800-\udfff]/;
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether every character is a byte of its own. */
export function isAscii(text: string): boolean {
  return !beyondAscii.test(text);
}

/** The bytes that Go would hold. */
export function toBytes(text: string): Uint8Array {
  if (!loneByte.test(text)) return encoder.encode(text);
  const parts: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(code - 0xdc00);
    else for (const byte of encoder.encode(character)) parts.push(byte);
  }
  return Uint8Array.from(parts);
}

/** The text of bytes; what is no UTF-8 is kept byte by byte. */
export function fromBytes(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeKeepingBytes(bytes);
  }
}

function decodeKeepingBytes(bytes: Uint8Array): string {
  const parts: string[] = [];
  let clean = 0;
  for (let at = 0; at < bytes.length;) {
    const width = runeWidth(bytes, at);
    if (width > 0) {
      at += width;
      continue;
    }
    if (clean < at) parts.push(strictDecoder.decode(bytes.subarray(clean, at)));
    parts.push(String.fromCharCode(0xdc00 + (bytes[at] ?? 0)));
    at += 1;
    clean = at;
  }
  if (clean < bytes.length) parts.push(strictDecoder.decode(bytes.subarray(clean)));
  return parts.join('');
}

/** How many bytes the rune at a place has; 0 when it is none (utf8.DecodeRune answers RuneError there). */
function runeWidth(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  const width = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let i = 2; i < width; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return width;
}

/** `len(s)`. */
export function byteLength(text: string): number {
  return !beyondAscii.test(text) ? text.length : toBytes(text).length;
}

/** The same bytes as a string of one character (U+0000..U+00FF) per byte, for algorithms that count bytes. */
export function toByteString(text: string): string {
  if (!beyondAscii.test(text)) return text;
  const bytes = toBytes(text);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192)
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return parts.join('');
}

/** The way back from `toByteString`. */
export function fromByteString(byteString: string): string {
  if (!beyondAscii.test(byteString)) return byteString;
  const bytes = new Uint8Array(byteString.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = byteString.charCodeAt(at);
  return fromBytes(bytes);
}

/** The order of Go's strings: by bytes, not by UTF-16 units. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  if (!surrogate.test(a) && !surrogate.test(b)) return a < b ? -1 : 1;
  const left = toBytes(a);
  const right = toBytes(b);
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** The keys of a table in the order in which Go prints, ranges and writes them. */
export function sortedKeys(table: ReadonlyMap<string, unknown>): string[] {
  const keys = [...table.keys()];
  if (keys.length < 2) return keys;
  // The plain order by UTF-16 units is that of bytes except where surrogates take part.
  return keys.some((key) => surrogate.test(key)) ? keys.sort(compareStrings) : keys.sort();
}
