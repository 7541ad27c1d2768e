import { isAscii, toByteString, toBytes } from '../go/index.ts';

/** Base 64 and base 32 with Go's padding rules and error texts. */
const digits64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const digits32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const proper64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Bytes, or what is wrong with the text. */
export type Decoded = { readonly bytes: Uint8Array } | { readonly error: string };

export function base64Encode(content: Uint8Array | string): string {
  if (typeof content === 'string') return btoa(isAscii(content) ? content : toByteString(content));
  const parts: string[] = [];
  for (let at = 0; at < content.length; at += 8190)
    parts.push(btoa(String.fromCharCode(...content.subarray(at, at + 8190))));
  return parts.join('');
}

export function base64Decode(text: string): Decoded {
  if (proper64.test(text)) return { bytes: latin1(atob(text)) };
  const corrupt = firstCorrupt64(text);
  if (corrupt !== undefined) return { error: `illegal base64 data at input byte ${corrupt}` };
  return { bytes: latin1(atob(text.replace(/[\r\n]/g, ''))) };
}

function latin1(byteString: string): Uint8Array {
  const bytes = new Uint8Array(byteString.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = byteString.charCodeAt(at);
  return bytes;
}

/** The place where encoding/base64 gives up, or undefined: line breaks are allowed anywhere. */
function firstCorrupt64(text: string): number | undefined {
  const source = toByteString(text);
  let place = 0;
  let at = 0;
  const skipBreaks = (): void => {
    while (source[at] === '\n' || source[at] === '\r') at += 1;
  };
  for (; at < source.length; at++) {
    const character = source[at] ?? '';
    if (digits64.includes(character)) place = (place + 1) % 4;
    else if (character === '=') break;
    else if (character !== '\n' && character !== '\r') return at;
  }
  if (at === source.length) return place === 0 ? undefined : at - place;
  if (place < 2) return at;
  at += 1;
  if (place === 2) {
    skipBreaks();
    if (at === source.length) return at;
    if (source[at] !== '=') return at - 1;
    at += 1;
  }
  skipBreaks();
  return at < source.length ? at : undefined;
}

export function base32Encode(content: string): string {
  const bytes = toBytes(content);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 5) {
    const block = bytes.subarray(at, at + 5);
    let group = 0n;
    for (let i = 0; i < 5; i++) group = (group << 8n) | BigInt(block[i] ?? 0);
    const used = Math.ceil((block.length * 8) / 5);
    for (let i = 0; i < 8; i++)
      parts.push(i < used ? (digits32[Number((group >> BigInt(35 - 5 * i)) & 31n)] ?? '') : '=');
  }
  return parts.join('');
}

export function base32Decode(text: string): Decoded {
  const source = toByteString(text).replace(/[\r\n]/g, '');
  const bytes: number[] = [];
  const corrupt = (at: number): Decoded => ({ error: `illegal base32 data at input byte ${at}` });
  for (let at = 0; at < source.length; at += 8) {
    let group = 0n;
    let used = 8;
    for (let i = 0; i < 8; i++) {
      const character = source[at + i];
      if (character === undefined) return corrupt(source.length - i);
      const left = source.length - (at + i) - 1;
      if (character === '=' && i >= 2 && left < 8) {
        const wrong = paddingFault(source, at + i, i, left);
        if (wrong !== undefined) return corrupt(wrong);
        used = i;
        break;
      }
      const digit = digits32.indexOf(character);
      if (digit < 0) return corrupt(at + i);
      group |= BigInt(digit) << BigInt(35 - 5 * i);
    }
    for (let i = 0; i < Math.floor((used * 5) / 8); i++)
      bytes.push(Number((group >> BigInt(32 - 8 * i)) & 255n));
    if (used < 8) break;
  }
  return { bytes: Uint8Array.from(bytes) };
}

/** What is wrong with the padding that begins here as the digit `index` of its group; `left` characters follow. */
function paddingFault(source: string, at: number, index: number, left: number): number | undefined {
  if (left + index < 7) return source.length;
  for (let k = 0; k < 7 - index; k++) if (left > k && source[at + 1 + k] !== '=') return at + k;
  // Only 2, 4, 5 and 7 digits are whole bytes.
  return index === 3 || index === 6 ? at : undefined;
}
