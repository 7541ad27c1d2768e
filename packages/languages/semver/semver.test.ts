import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  formatConstraints,
  formatVersion,
  increment,
  parseConstraints,
  parseStrictVersion,
  parseVersion,
  satisfies,
  violations,
  withMetadata,
  withPrerelease,
} from './index.ts';
import type { Constraints, Version } from './index.ts';

function version(text: string): Version {
  const parsed = parseVersion(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error}`);
  return parsed.value;
}

function constraints(text: string): Constraints {
  const parsed = parseConstraints(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error}`);
  return parsed.value;
}

const errorOf = (parsed: { readonly ok: boolean; readonly error?: string }): string => parsed.error ?? '';

describe('versions', () => {
  it.each([
    ['1.2.3', '1.2.3'],
    ['v1.2', '1.2.0'],
    ['1', '1.0.0'],
    ['01.002', '1.2.0'],
    ['1.2.3-beta.1+b.5', '1.2.3-beta.1+b.5'],
    ['18446744073709551615.0.0', '18446744073709551615.0.0'],
  ])('%s is read as %s', (text, full) => {
    expect(formatVersion(version(text))).toBe(full);
    expect(version(text).original).toBe(text);
  });

  it.each([
    ['', 'invalid semantic version'],
    ['x', 'invalid semantic version'],
    ['1.2.3.4', 'invalid semantic version'],
    ['1.2.3-', 'invalid semantic version'],
    ['1.2.3-01', 'version segment starts with 0'],
    [
      '99999999999999999999',
      'error parsing version segment: strconv.ParseUint: parsing "99999999999999999999": value out of range',
    ],
  ])('%j is refused: %s', (text, message) => {
    expect(errorOf(parseVersion(text))).toBe(message);
  });

  it.each([
    ['', 'version string empty'],
    ['1.2', 'invalid semantic version'],
    ['v1.2.3', 'invalid characters in version'],
    ['1.02.3', 'version segment starts with 0'],
    ['1.2.3-', 'invalid prerelease string'],
    ['1.2.3+é', 'invalid metadata string'],
    ['1.2.3', ''],
  ])('the strict reader says of %j: %s', (text, message) => {
    expect(errorOf(parseStrictVersion(text))).toBe(message);
  });

  it('puts them in order', () => {
    const order = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-2',
      '1.0.0',
      '1.0.1',
      '2',
      '10',
    ];
    const sorted = order.map(version).toSorted(compareVersions);
    expect(sorted.map((each) => each.original)).toEqual([
      '1.0.0-2',
      ...order.filter((text) => text !== '1.0.0-2'),
    ]);
    expect(compareVersions(version('1.0+a'), version('1.0+b'))).toBe(0);
  });

  it('counts up and is given suffixes', () => {
    expect(increment(version('v1.2.3'), 'minor').original).toBe('v1.3.0');
    expect(increment(version('1.2.3-rc.1'), 'patch').original).toBe('1.2.3');
    expect(withPrerelease(version('1.2.3'), 'rc.1')).toMatchObject({ value: { original: '1.2.3-rc.1' } });
    expect(errorOf(withMetadata(version('1.2.3'), '**'))).toBe('invalid metadata string');
  });
});

describe('constraints', () => {
  it.each([
    ['>=1.2 <2 || >3', '4.1.0', true],
    ['>=1.2 <2 || >3', '3.1.0', false],
    ['>=1.2 <2 || >3', '2.5', false],
    ['1.2', '1.2.9', true],
    ['=1.2.3', '1.2.3', true],
    ['!=1.2', '1.2.7', false],
    ['*', '1.0.0', true],
    ['*', '1.0.0-a', false],
    ['*-0', '1.0.0-a', true],
    ['>=1.19-0', '1.33.1-gke.100', true],
    ['>=1.19', '1.33.1-gke.100', false],
    ['>=1.0-0, <2', '1.5.0-a', true],
    ['^0.2.3', '0.2.9', true],
    ['^0.2', '0.3.0', false],
    ['^0.0.3', '0.0.4', false],
    ['~1.2.3', '1.2.9', true],
    ['~1', '1.9.9', true],
    ['~>1.2', '1.3.0', false],
    ['1.2 - 1.4.5', '1.4.6', false],
    ['1.2 - 1.4', '1.4.6', true],
    ['> 1.2', '1.2.7', false],
    ['<=1.2', '1.2.7', true],
    ['>=1.2,<2.0', '1.9', true],
  ])('%s and %s: %s', (text, candidate, expected) => {
    expect(satisfies(version(candidate), constraints(text))).toBe(expected);
    expect(violations(version(candidate), constraints(text)).length === 0).toBe(expected);
  });

  it('takes pre-releases for versions where it is told to', () => {
    expect(satisfies(version('1.5.0-a'), constraints('^1.2'), { includePrereleases: true })).toBe(true);
  });

  it.each([
    ['bad', 'improper constraint: bad'],
    ['>=1 bad', 'improper constraint: >=1 bad'],
    ['1,', 'improper constraint: 1,'],
    ['1||', 'improper constraint: '],
    ['||', 'improper constraint: '],
    ['1.2.3.4', 'improper constraint: 1.2.3.4'],
    ['|', 'constraint parser error'],
  ])('%s is refused: %s', (text, message) => {
    expect(errorOf(parseConstraints(text))).toBe(message);
  });

  it.each([
    [
      '<1.2',
      '1.2.3-a',
      ['1.2.3-a is a prerelease version and the constraint is only looking for release versions'],
    ],
    ['^1.2, !=1.3', '2.0.0', ['2.0.0 does not have same major version as 1.2']],
    ['=1.2.3', '1.2.4', ['1.2.4 is not equal to 1.2.3']],
    [
      '^0.2.1',
      '0.3.0',
      [
        '0.3.0 does not have same minor version as 0.2.1. Expected minor versions to match when constraint major version is 0',
      ],
    ],
  ])('%s says of %s: %s', (text, candidate, messages) => {
    expect(violations(version(candidate), constraints(text))).toEqual(messages);
  });

  it('are written again', () => {
    expect(formatConstraints(constraints('>= 1.2,<2||~3'))).toBe('>=1.2 <2 || ~3');
  });

  it('are refused in time linear in their length', () => {
    const started = performance.now();
    for (const gap of ['  ', ', ', ' ,  '])
      expect(parseConstraints(`${`1${gap}`.repeat(400)}!`).ok).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
