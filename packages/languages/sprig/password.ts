import { toBytes } from '../go/index.ts';
import type { CryptoPort } from './ports.ts';

/** The Master Password algorithm: a password that follows from a name, a main password and a site. */
const domain = 'com.lyndir.masterpassword';
const long = (
  'CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv ' +
  'CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv ' +
  'CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno'
).split(' ');
const templates: Readonly<Record<string, readonly string[]>> = {
  maximum: ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno'],
  long,
  medium: ['CvcnoCvc', 'CvcCvcno'],
  short: ['Cvcn'],
  basic: ['aaanaaan', 'aannaaan', 'aaannaaa'],
  pin: ['nnnn'],
};
const upperVowels = 'AEIOU';
const upperConsonants = 'BCDFGHJKLMNPQRSTVWXYZ';
const letters = `AEIOUaeiou${upperConsonants}bcdfghjklmnpqrstvwxyz`;
const alphabets: Readonly<Record<string, string>> = {
  V: upperVowels,
  C: upperConsonants,
  v: 'aeiou',
  c: 'bcdfghjklmnpqrstvwxyz',
  A: upperVowels + upperConsonants,
  a: letters,
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${letters}0123456789!@#$%^&*()`,
};

export function derivePassword(
  crypto: CryptoPort,
  counter: number,
  type: string,
  password: string,
  user: string,
  site: string,
): string {
  const choices = Object.hasOwn(templates, type) ? templates[type] : undefined;
  if (choices === undefined) return `cannot find password template ${type}`;
  const salt = join(toBytes(domain), number(toBytes(user).length), toBytes(user));
  const key = crypto.scrypt(toBytes(password), salt, { n: 32_768, r: 8, p: 2, length: 64 });
  const message = join(toBytes(domain), number(toBytes(site).length), toBytes(site), number(counter));
  const seed = crypto.hmacSha256(key, message);
  const template = choices[(seed[0] ?? 0) % choices.length] ?? '';
  return Array.from(template, (letter, i) => {
    const alphabet = alphabets[letter] ?? '';
    return alphabet[(seed[i + 1] ?? 0) % alphabet.length] ?? '';
  }).join('');
}

/** Four bytes, the highest first. */
function number(n: number): Uint8Array {
  return Uint8Array.of(n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff);
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
