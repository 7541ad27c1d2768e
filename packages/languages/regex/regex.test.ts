import { describe, expect, it } from 'vitest';
import { compileRegex, compileWholeRegex, quoteRegex } from './index.ts';
import type { GoRegex } from './index.ts';

function regex(source: string): GoRegex {
  const compiled = compileRegex(source);
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.value;
}

describe('regular expressions of Go', () => {
  it.each([
    ['web', 'a-web-b', true],
    ['^web$', 'a-web', false],
    ['(?i)WEB', 'web', true],
    ['a|b', 'xbx', true],
    ['', 'anything', true],
    [String.raw`a\z`, 'ba', true],
    ['(?s)a.b', 'a\nb', true],
    [String.raw`^\pL+$`, 'äöü', true],
  ])('%s in %s: %s', (pattern, text, found) => {
    expect(regex(pattern).test(text)).toBe(found);
  });

  it.each([
    ['a(x*)b', '-ab-axxb-', 'T', '-T-T-'],
    ['a(x*)b', '-ab-axxb-', '$1', '--xx-'],
    ['a(x*)b', '-ab-axxb-', '$1W', '---'],
    ['a(x*)b', '-ab-axxb-', '${1}W', '-W-xxW-'],
    ['a(x*)b', '-ab-axxb-', '$$1', '-$1-$1-'],
    ['a(x*)b', 'ab', '$x-$-${', '-$-${'],
    ['a(x*)b', 'ab', '${1', '${1'],
    ['(?P<n>x+)', 'axxb', '<$n>', 'a<xx>b'],
    ['(?<n>x+)', 'axxb', '<${n}>', 'a<xx>b'],
    ['(a)(b)?', 'a', '[$2]', '[]'],
    ['(a)', 'a', '$01$9', ''],
    ['', 'abc', '-', '-a-b-c-'],
    ['x*', 'axxb', '-', '-a-b-'],
    ['^', 'abc', '-', '-abc'],
    ['$', 'abc', '-', 'abc-'],
    ['', 'ä😀', '-', '-ä-😀-'],
  ])('replaces %s in %s by %s', (pattern, text, template, expected) => {
    expect(regex(pattern).replaceAll(text, template)).toBe(expected);
  });

  it('replaces literally', () => {
    expect(regex('a(x*)b').replaceAllLiteral('-ab-axxb-', '${1}')).toBe('-${1}-${1}-');
  });

  it.each([
    ['a', 'banana', -1, ['a', 'a', 'a']],
    ['a', 'banana', 2, ['a', 'a']],
    ['a', 'banana', 0, []],
    ['z', 'banana', -1, []],
    ['x*', 'axb', -1, ['', 'x', '']],
    ['', '😀b', -1, ['', '', '']],
  ])('finds %s in %s, %d of them', (pattern, text, count, expected) => {
    expect(regex(pattern).findAll(text, count)).toEqual(expected);
  });

  it.each([
    ['a', 'banana', -1, ['b', 'n', 'n', '']],
    ['a', 'banana', 0, []],
    ['a', 'banana', 1, ['banana']],
    ['a', 'banana', 2, ['b', 'nana']],
    ['z+', 'pizza', -1, ['pi', 'a']],
    ['', 'abc', -1, ['a', 'b', 'c']],
    ['x', '', -1, ['']],
  ])('splits at %s in %s into %d', (pattern, text, count, expected) => {
    expect(regex(pattern).split(text, count)).toEqual(expected);
  });

  it('tells groups that took no part from empty ones', () => {
    expect(regex('(a)(b)?(c*)').match('xa')).toEqual(['a', 'a', undefined, '']);
    expect(regex('a').match('x')).toBeUndefined();
  });

  it.each([
    ['(', 'error parsing regexp: missing closing ): `(`'],
    ['a[', 'error parsing regexp: missing closing ]: `[`'],
    ['a**', 'error parsing regexp: invalid nested repetition operator: `**`'],
    ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['a\\', 'error parsing regexp: trailing backslash at end of expression: ``'],
    [String.raw`\8`, String.raw`error parsing regexp: invalid escape sequence: ` + '`\\8`'],
  ])('refuses %s with the words of Go', (pattern, message) => {
    const compiled = compileRegex(pattern);
    expect(compiled.ok ? '' : compiled.error.message).toBe(message);
  });

  it('fits whole texts where it is asked to', () => {
    const either = compileWholeRegex('a|web.*');
    expect(either.ok && [either.value.test('web2'), either.value.test('a2')]).toEqual([true, false]);
  });

  it('quotes what has a meaning', () => {
    expect(quoteRegex('a.b[c]$-\\')).toBe(String.raw`a\.b\[c\]\$-\\`);
  });

  it('takes time linear in the text', () => {
    const started = performance.now();
    expect(regex('(a*)*b').test('a'.repeat(20_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
