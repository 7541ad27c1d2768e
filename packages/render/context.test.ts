import { expandVariables } from '@plumbline/render';
import { describe, expect, it } from 'vitest';

const known: Readonly<Record<string, string>> = { A: 'va', AB: 'vab', _x: 'vx' };

describe('variables in parameters', () => {
  // What Go's os.Expand gives with the same variables.
  it.each([
    ['$1abc', 'abc'],
    ['${}', ''],
    ['${A', 'A'],
    ['$', '$'],
    ['a$', 'a$'],
    ['$$A', '$A'],
    ['${$}', '$'],
    ['$A$AB${A}x$Ax', 'vavabvax'],
    ['$ A', '$ A'],
    ['$-A', 'A'],
    ['${a b}', ''],
    ['${1}2', '2'],
    ['${12}', ''],
    ['x${_x}y$_x', 'xvxyvx'],
    ['$é', '$é'],
    ['${A}}', 'va}'],
    ['${${A}}', '}'],
    ['$9$#', ''],
  ])('%s is %s', (text, expected) => {
    expect(expandVariables(text, { variable: (name) => known[name] })).toBe(expected);
  });
});
