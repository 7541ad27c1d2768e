import { canonicalJson } from '@plumbline/base';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A short name for a template: equal data, equal text. Upstream hashes a dump of Go structs, which nobody else can
 * repeat; the alphabet without vowels is the same, so that no words come out.
 */
export function templateHash(template: unknown, collisions = 0): string {
  const textOf = canonicalJson(template);
  let value = 2166136261;
  for (let i = 0; i < textOf.length; i++) value = Math.imul(value ^ textOf.charCodeAt(i), 16777619) >>> 0;
  if (collisions > 0) value = Math.imul(value ^ collisions, 16777619) >>> 0;
  return Array.from(String(value), (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}
