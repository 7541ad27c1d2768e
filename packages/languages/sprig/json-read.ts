import { GoError } from '../go/index.ts';
import type { GoMap, Value } from '../go/index.ts';

/** Upstream reads no deeper. */
const depthMax = 10_000;
const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const plainText = /[^"\\\u0000-\u001f]*/y; // eslint-disable-line no-control-regex

/** A JSON text as encoding/json reads it into `interface{}`. Throws a `GoError` with its words. */
export function parseJson(text: string): Value {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

const literals: readonly (readonly [string, Value])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
const simpleEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** A cursor over the text. */
class JsonReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(depth: number): Value {
    this.space();
    const character = this.text[this.at];
    if (character === '{') return this.table(depth + 1);
    if (character === '[') return this.list(depth + 1);
    if (character === '"') return this.string();
    if (character === '-' || (character !== undefined && character >= '0' && character <= '9'))
      return this.number();
    for (const [word, meaning] of literals) if (character === word[0]) return this.literal(word, meaning);
    return this.fail('looking for beginning of value');
  }

  end(): void {
    this.space();
    if (this.at < this.text.length) this.fail('after top-level value');
  }

  private table(depth: number): GoMap {
    this.nest(depth);
    const result: GoMap = new Map();
    this.at += 1;
    this.space();
    if (this.text[this.at] === '}') {
      this.at += 1;
      return result;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string');
      const key = this.string();
      this.space();
      if (this.text[this.at] !== ':') this.fail('after object key');
      this.at += 1;
      result.set(key, this.value(depth));
      this.space();
      if (this.text[this.at] !== ',') break;
      this.at += 1;
    }
    if (this.text[this.at] !== '}') this.fail('after object key:value pair');
    this.at += 1;
    return result;
  }

  private list(depth: number): Value[] {
    this.nest(depth);
    const result: Value[] = [];
    this.at += 1;
    this.space();
    if (this.text[this.at] === ']') {
      this.at += 1;
      return result;
    }
    for (;;) {
      result.push(this.value(depth));
      this.space();
      if (this.text[this.at] !== ',') break;
      this.at += 1;
    }
    if (this.text[this.at] !== ']') this.fail('after array element');
    this.at += 1;
    return result;
  }

  private string(): string {
    const parts: string[] = [];
    this.at += 1;
    for (;;) {
      plainText.lastIndex = this.at;
      const plain = plainText.exec(this.text)?.[0] ?? '';
      parts.push(plain);
      this.at += plain.length;
      const character = this.text[this.at];
      if (character === '"') break;
      if (character !== '\\') this.fail('in string literal');
      parts.push(this.escape());
    }
    this.at += 1;
    // Bytes that are no UTF-8 and half surrogates are replaced by U+FFFD.
    return parts.join('').replace(/\p{Surrogate}/gu, '\ufffd');
  }

  private escape(): string {
    this.at += 1;
    const character = this.text[this.at];
    const simple = character === undefined ? undefined : simpleEscapes[character];
    if (simple !== undefined) {
      this.at += 1;
      return simple;
    }
    if (character !== 'u') this.fail('in string escape code');
    let code = 0;
    for (let i = 0; i < 4; i++) {
      this.at += 1;
      const digit = this.text[this.at] ?? '';
      if (!/^[0-9a-fA-F]$/.test(digit)) this.fail('in \\u hexadecimal character escape');
      code = code * 16 + Number.parseInt(digit, 16);
    }
    this.at += 1;
    return String.fromCharCode(code);
  }

  private number(): number {
    numberText.lastIndex = this.at;
    const digits = numberText.exec(this.text)?.[0];
    if (digits === undefined) {
      this.at += 1;
      return this.fail('in numeric literal');
    }
    this.at += digits.length;
    const next = this.text[this.at] ?? '';
    if (next === '.' && !/[.eE]/.test(digits)) {
      this.at += 1;
      this.fail('after decimal point in numeric literal');
    }
    if ((next === 'e' || next === 'E') && !/[eE]/.test(digits)) {
      this.at += /[+-]/.test(this.text[this.at + 1] ?? '') ? 2 : 1;
      this.fail('in exponent of numeric literal');
    }
    const value = Number(digits);
    if (!Number.isFinite(value))
      throw new GoError(`json: cannot unmarshal number ${digits} into Go value of type float64`);
    return value;
  }

  private literal(word: string, meaning: Value): Value {
    for (let i = 1; i < word.length; i++) {
      this.at += 1;
      if (this.text[this.at] !== word[i]) this.fail(`in literal ${word} (expecting '${word[i]}')`);
    }
    this.at += 1;
    return meaning;
  }

  private nest(depth: number): void {
    if (depth > depthMax) throw new GoError('exceeded max depth');
  }

  private space(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? 'x')) this.at += 1;
  }

  private fail(where: string): never {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) {
      // At the end upstream's scanner is given a space, which some states do not bear.
      const bears = /^(?:looking|after (?!decimal)|in string literal)/.test(where);
      throw new GoError(bears ? 'unexpected end of JSON input' : `invalid character ' ' ${where}`);
    }
    const byte = code < 0x80 ? code : code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : leadByte(code);
    throw new GoError(`invalid character ${quoteByte(byte)} ${where}`);
  }
}

/** The first byte of a rune in UTF-8: the scanner complains about bytes. */
function leadByte(code: number): number {
  return code < 0x800 ? 0xc0 | (code >> 6) : code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
}

/** A byte as encoding/json quotes it, which takes it for a rune. */
function quoteByte(byte: number): string {
  if (byte === 0x27) return String.raw`'\''`;
  if (byte === 0x22) return `'"'`;
  const names: Readonly<Record<number, string>> = {
    7: '\\a',
    8: '\\b',
    9: '\\t',
    10: '\\n',
    11: '\\v',
    12: '\\f',
    13: '\\r',
    92: '\\\\',
  };
  const name = names[byte];
  if (name !== undefined) return `'${name}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  return byte < 0x80 || byte > 0xa0 ? `'${String.fromCharCode(byte)}'` : `'\\u00${byte.toString(16)}'`;
}
