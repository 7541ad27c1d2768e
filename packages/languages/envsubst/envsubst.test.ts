import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { substitute } from './index.ts';

const variables: Readonly<Record<string, string>> = {
  name: 'web',
  path: '/a/b/c',
  empty: '',
  word: 'Éa',
  long: 'abcdef',
};

function run(text: string, strict = false): string {
  const done = substitute(text, (name) => variables[name], { strict });
  return done.ok ? done.value : `error: ${done.error.message}`;
}

describe('substitute', () => {
  it.each([
    ['plain text $ and $name stay', 'plain text $ and $name stay'],
    ['${name}-$${name}', 'web-${name}'],
    ['$$name', '$name'],
    ['${missing}', ''],
    ['${missing:-a${name}b}', 'awebb'],
    ['${empty:=x} ${empty:-y} ${empty=z}', 'x y z'],
    ['${name:+other}', 'web'],
    ['${#word}', '3'],
    ['${word,} ${word^^}', 'éa ÉA'],
    ['${long:2}|${long:-3}|${long:1:2}|${long:9}', 'cdef|abcdef|bc|'],
    ['${long: -3}', 'abcdef'],
    ['${path##*/} ${path#*/} ${path%/*} ${path%%/*}', 'c a/b/c /a/b '],
    ['${path//\\//-}', '-a-b-c'],
    ['${path/#\\//x}${path/%c/d}', 'xa/b/c/a/b/d'],
    ['${name/e/}', 'wb'],
    ['${name-x}', 'error: missing closing brace'],
    ['${name', 'error: missing closing brace'],
    ['${}', 'error: unable to parse variable name'],
    ['${ name }', 'error: unable to parse variable name'],
    ['${name:=', 'error: unable to parse substitution within function'],
    ['${name:', 'error: bad substitution'],
    ['${long:3:-2}', 'error: slice bounds out of range [3:1]'],
  ])('makes of %j %j', (text, expected) => {
    expect(run(text)).toBe(expected);
  });

  it('names what is not set where it is strict', () => {
    expect(run('${missing}', true)).toBe('error: variable not set (strict mode): "missing"');
    expect(run('${missing:-x}${empty}', true)).toBe('x');
  });

  it('refuses what is nested deeper than anybody writes', () => {
    expect(run('${a:='.repeat(5000))).toBe('error: substitutions are nested too deeply');
  });

  it('gives a text or an error for any text', () => {
    const pieces = fc.constantFrom(
      '${',
      '}',
      '$',
      '#',
      '%',
      '/',
      ':',
      '=',
      '-',
      '^',
      ',',
      '*',
      '[',
      ']',
      'name',
      'é',
      '\\',
      '1',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        expect(typeof run(parts.join(''))).toBe('string');
      }),
    );
  });

  it('leaves texts without a brace as they are', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll('$', '').replaceAll('\0', '');
        expect(run(plain)).toBe(plain);
      }),
    );
  });
});
