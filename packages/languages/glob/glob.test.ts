import { describe, expect, it } from 'vitest';
import { compileGlob, matchGlob } from '@plumbline/languages';

describe('globs', () => {
  it.each<[string, string, string, boolean]>([
    ['*.yaml', 'a/b.yaml', '', true],
    ['*.yaml', 'a/b.yaml', '/', false],
    ['**.yaml', 'a/b.yaml', '/', true],
    ['sub/*', 'sub/deep/e.yaml', '', true],
    ['{a,b{c,d}}.yml', 'bd.yml', '', true],
    ['{a,b{c,d}}.yml', 'b.yml', '', false],
    ['[a-c]?', 'bx', '', true],
    ['[!a]', 'a', '', false],
    ['\\*', '*', '', true],
    ['\\*', 'x', '', false],
    ['', '', '', true],
    ['?', '/', '/', false],
  ])('%s on %s with separators "%s": %s', (pattern, text, separators, expected) => {
    expect(matchGlob(pattern, text, separators)).toBe(expected);
  });

  it.each(['[a', '{a', 'a\\', '[]', 'x'.repeat(2_000), '{a,b}'.repeat(12)])('refuses %s', (pattern) => {
    expect(compileGlob(pattern).ok).toBe(false);
    expect(matchGlob(pattern, pattern)).toBe(false);
  });

  it('does not take long for a pattern full of stars', () => {
    const started = performance.now();
    expect(matchGlob(`${'*a'.repeat(100)}b`, 'a'.repeat(2_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
