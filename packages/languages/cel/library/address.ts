/** An IP address as a number of 32 or 128 bits. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
  readonly zone: boolean;
}

/** Reads an address as Go's `netip.ParseAddr` does; a text says what is wrong. */
export function parseAddress(text: string): Address | string {
  const mark = /[.:%]/.exec(text)?.[0];
  if (mark === '.') {
    const value = parseV4(text);
    return typeof value === 'string' ? value : { bits: 32, value, zone: false };
  }
  if (mark === ':') return parseV6(text);
  return mark === '%' ? 'missing IPv6 address' : 'unable to parse IP';
}

function parseV4(text: string): bigint | string {
  const parts = text.split('.');
  let value = 0n;
  for (const part of parts) {
    if (part === '') return 'IPv4 field must have at least one digit';
    if (!/^\d+$/.test(part)) return 'unexpected character';
    if (part.length > 1 && part.startsWith('0')) return 'IPv4 field has octet with leading zero';
    if (Number(part) > 255) return 'IPv4 field has value >255';
    value = (value << 8n) | BigInt(part);
  }
  if (parts.length < 4) return 'IPv4 address too short';
  return parts.length > 4 ? 'IPv4 address too long' : value;
}

function parseV6(text: string): Address | string {
  const percent = text.indexOf('%');
  const zone = percent >= 0;
  if (zone && percent === text.length - 1) return 'zone must be a non-empty string';
  const bare = zone ? text.slice(0, percent) : text;
  const halves = bare.split('::');
  if (halves.length > 2) return 'multiple :: in address';
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || typeof head === 'string') return head ?? 'unable to parse IP';
  if (typeof tail === 'string') return tail;
  const count = head.length + (tail?.length ?? 0);
  if (tail === undefined ? count !== 8 : count > 7)
    return count < 8 ? 'address string too short' : 'the :: must expand to at least one field of zeros';
  const groups = [...head, ...Array.from({ length: 8 - count }, () => 0), ...(tail ?? [])];
  const value = groups.reduce((all, group) => (all << 16n) | BigInt(group), 0n);
  return { bits: 128, value, zone };
}

/** The 16-bit groups of a half; an IPv4 address at its end makes two. */
function groupsOf(half: string): readonly number[] | string {
  if (half === '') return [];
  const groups: number[] = [];
  const parts = half.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.') && i === parts.length - 1) {
      const v4 = parseV4(part);
      if (typeof v4 === 'string') return v4;
      groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
      continue;
    }
    if (part === '') return 'each colon-separated field must have at least one digit';
    if (!/^[0-9a-fA-F]+$/.test(part)) return 'unexpected character, want colon';
    if (part.length > 4) return 'each group must have 4 or less digits';
    groups.push(Number.parseInt(part, 16));
  }
  return groups;
}

/** The canonical text: the longest run of zero groups becomes `::`. */
export function formatAddress({ bits, value }: Address): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - i * 16)) & 0xffffn));
  const { start, length } = longestZeros(groups);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
