import { describe, expect, it } from 'vitest';
import { compileRegex, compileWholeRegex } from './index.ts';

describe('compileRegex', () => {
  it.each([
    ['web', 'a-web-b', true],
    ['^web$', 'a-web', false],
    ['w.b', 'wob', true],
    ['a|b', 'xbx', true],
    ['', 'anything', true],
  ])('finds %s in %s: %s', (pattern, text, found) => {
    const compiled = compileRegex(pattern);
    expect(compiled.ok && compiled.value.test(text)).toBe(found);
  });

  it('fits whole texts where it is asked to', () => {
    const plain = compileWholeRegex('web');
    const either = compileWholeRegex('a|web.*');
    expect(plain.ok && [plain.value.test('web'), plain.value.test('web2')]).toEqual([true, false]);
    expect(either.ok && [either.value.test('web2'), either.value.test('a2')]).toEqual([true, false]);
  });

  it('refuses with the words of Go', () => {
    const broken = compileRegex('a[');
    expect(broken.ok ? '' : broken.error.message).toBe('error parsing regexp: missing closing ]: `[`');
  });
});
