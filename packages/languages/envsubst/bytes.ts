const encoder = new TextEncoder();
const decoder = new TextDecoder();
const beyondAscii = /[\u0080-\uffff]/;

/** The bytes of a text, one character each, since upstream counts and cuts in bytes. */
export function toByteText(text: string): string {
  if (!beyondAscii.test(text)) return text;
  let bytes = '';
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** Back to a text; what is no UTF-8 any more becomes U+FFFD. */
export function fromByteText(bytes: string): string {
  if (!beyondAscii.test(bytes)) return bytes;
  return decoder.decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}

/** The first character of a text of bytes and how many bytes it takes; what is no UTF-8 is one byte. */
export function firstRune(bytes: string): { readonly rune: number; readonly width: number } {
  const first = bytes.charCodeAt(0);
  const width = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  if (width === 1) return { rune: first < 0x80 ? first : 0xfffd, width };
  const [char] = fromByteText(bytes.slice(0, width));
  const rune = char?.codePointAt(0) ?? 0xfffd;
  return rune === 0xfffd ? { rune, width: 1 } : { rune, width };
}
