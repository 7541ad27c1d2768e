import { describe, expect, it } from 'vitest';
import { canonicalQuantity, compareQuantities, parseQuantity, quantityToNumber } from './index.ts';

describe('quantities', () => {
  it.each([
    ['0', '0'],
    ['0m', '0'],
    ['0Ki', '0'],
    ['100m', '100m'],
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Ki', '512'],
    ['1Ki', '1Ki'],
    ['1000Ki', '1000Ki'],
    ['1025Ki', '1025Ki'],
    ['1.3Ki', '1331200m'],
    ['1000k', '1M'],
    ['1000', '1k'],
    ['1024', '1024'],
    ['1073741824', '1073741824'],
    ['1e3', '1e3'],
    ['1E6', '1e6'],
    ['12e1', '120'],
    ['1.5e3', '1500'],
    ['100e-3', '100e-3'],
    ['+1', '1'],
    ['-1.5', '-1500m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['0.0000000001', '1n'],
    ['-0.0000000001', '-1n'],
    ['0.000001', '1u'],
    ['1000000000000000000000', '1000E'],
    ['1E', '1E'],
  ])('%s is %s', (text, expected) => {
    expect(canonicalQuantity(text)).toBe(expected);
  });

  it.each(['', 'a', '1 ', '1.2.3', '1KiB', '1e', '--1', '1e3k', '1ki', '.', '1e9999'])(
    '%j is none',
    (text) => {
      expect(canonicalQuantity(text)).toBeUndefined();
    },
  );

  it('are compared exactly', () => {
    const compare = (a: string, b: string): number => compareQuantities(parseQuantity(a)!, parseQuantity(b)!);
    expect(compare('1Gi', '1G')).toBe(1);
    expect(compare('1000m', '1')).toBe(0);
    expect(compare('9007199254740993', '9007199254740992')).toBe(1);
    expect(quantityToNumber(parseQuantity('1500m')!)).toBe(1.5);
  });
});
