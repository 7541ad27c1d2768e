import { describe, expect, it } from 'vitest';
import { formatFloat, fromBytes, GoInt, sprint, sprintf, sprintln, typedList } from '@plumbline/languages';
import type { Value } from '@plumbline/languages';

const int = (n: number | bigint) => new GoInt('int', BigInt(n));
const table = new Map<string, Value>([
  ['b', null],
  ['a', int(1)],
]);

// What Go's fmt printed for the same calls.
const facts: readonly (readonly [string, readonly Value[], string])[] = [
  ['%d', [int(5)], '5'],
  ['%5d|%-5d|%05d|%+d|% d', [int(3), int(3), int(3), int(3), int(3)], '    3|3    |00003|+3| 3'],
  ['%.3d|%8.3d|%08.3d|%-8.3d|', [int(7), int(7), int(7), int(-7)], '007|     007|     007|-007    |'],
  ['%.0d|%5.0d|', [int(0), int(0)], '|     |'],
  ['%x|%X|%#x|%o|%O|%#o|%b|%#b', [255, 255, 255, 8, 8, 8, 5, 5].map(int), 'ff|FF|0xff|10|0o10|010|101|0b101'],
  ['%x', [int(-255)], '-ff'],
  ['%c|%q|%U|%#U', [int(8364), int(39), int(8364), int(8364)], "€|'\\''|U+20AC|U+20AC '€'"],
  ['%c|%U', [int(-1), int(-1)], '\ufffd|U+FFFFFFFFFFFFFFFF'],
  ['%d', [1e6], '%!d(float64=1e+06)'],
  ['%s|%d|%t', [int(1), 'a', 'x'], '%!s(int=1)|%!d(string=a)|%!t(string=x)'],
  ['%5d', ['a'], '%!d(string=    a)'],
  ['%s', [null], '%!s(<nil>)'],
  ['%v|%5v|%T', [null, null, null], '<nil>|<nil>|<nil>'],
  ['%s-%s', ['a'], 'a-%!s(MISSING)'],
  ['%s', ['a', 'b', int(2), null], 'a%!(EXTRA string=b, int=2, <nil>)'],
  ['%z %!', [int(1), int(2)], '%!z(int=1) %!!(int=2)'],
  ['%', [], '%!(NOVERB)'],
  ['%5%|%%', [], '%|%'],
  ['%[2]s %[1]s', ['a', 'b'], 'b a'],
  ['%[3]d', [int(1)], '%!d(BADINDEX)'],
  ['%[a]d', [int(1)], '%!d(BADINDEX)'],
  ['%[1]5d', [int(1)], '%!d(BADINDEX)'],
  ['%[2]*[1]d', [int(2), int(6)], '     2'],
  ['%*d|', [int(-5), int(3)], '3    |'],
  ['%*d', ['a', int(3)], '%!(BADWIDTH)3'],
  ['%.*f', [int(2), 3.14159], '3.14'],
  ['%.*f', [int(-2), 3.14159], '%!(BADPREC)3.141590'],
  ['%6.2f|%-8s|%08s', [1.5, 'x', 'y'], '  1.50|x       |0000000y'],
  ['%.3s|%.10s|%5.1s', ['日本語x', 'ab', 'xyz'], '日本語|ab|    x'],
  ['%q|%+q|%#q|%#q', ['a"\n', '日', 'a`b', 'ab'], '"a\\"\\n"|"\\u65e5"|"a`b"|`ab`'],
  ['%x|% x|%# x|%X|%.2x', ['hi!', 'abc', 'abc', 'k', 'hello'], '686921|61 62 63|0x61 0x62 0x63|6B|6865'],
  [
    '%v|%g|%f|%e|%E|%G',
    [1e21, 1e21, 1.5, 12345.678, 0.1, 1e-7],
    '1e+21|1e+21|1.500000|1.234568e+04|1.000000E-01|1E-07',
  ],
  ['%.0f|%.0f|%.0f|%.1f', [0.5, 1.5, 2.5, 0.25], '0|2|2|0.2'],
  ['%.3g|%.4g|%#g|%+.2e', [1234567, 0.00001234, 1, 12345.678], '1.23e+06|1.234e-05|1.00000|+1.23e+04'],
  ['%06.2f|%+f|% f', [-3.14159, 1, 1], '-03.14|+1.000000| 1.000000'],
  ['%x|%b', [1.5, 1.5], '0x1.8p+00|6755399441055744p-52'],
  ['%t|%v|%s', [true, false, true], 'true|false|%!s(bool=true)'],
  [
    '%v|%s|%d',
    [table, table, table],
    'map[a:1 b:<nil>]|map[a:%!s(int=1) b:<nil>]|map[%!d(string=a):1 %!d(string=b):<nil>]',
  ],
  ['%v|%q|%x', [['a', int(1)], ['a'], ['a', 'b']], '[a 1]|["a"]|[61 62]'],
  [
    '%#v|%#v|%#v',
    ['x', [int(1), null], table],
    '"x"|[]interface {}{1, interface {}(nil)}|map[string]interface {}{"a":1, "b":interface {}(nil)}',
  ],
  ['%T|%T|%T', [[], typedList('[]string', []), table], '[]interface {}|[]string|map[string]interface {}'],
  [
    '%v|%s|%x',
    [new Uint8Array([104, 105]), new Uint8Array([104, 105]), new Uint8Array([1])],
    '[104 105]|hi|01',
  ],
  ['%v|%s|%d', [1, 2, 3].map((n) => new GoInt('duration', BigInt(n) * 1_500_000_000n)), '1.5s|3s|4500000000'],
];

describe('sprintf', () => {
  it.each(facts)('prints %s', (format, args, expected) => {
    expect(sprintf(format, args)).toBe(expected);
  });

  it('keeps bytes that are no UTF-8', () => {
    const byte = fromBytes(new Uint8Array([255]));
    expect(sprintf('%s|%q|%x|%3s', [byte, byte, byte, byte])).toBe(`${byte}|"\\xff"|ff|  ${byte}`);
  });

  it('refuses to print what contains itself', () => {
    const cycle: Value[] = [];
    cycle.push(cycle);
    expect(() => sprintf('%v', [cycle])).toThrow('contains itself');
  });
});

describe('sprint', () => {
  it('puts spaces between two arguments of which neither is text', () => {
    expect(sprint([int(1), int(2), 'a', 'b', int(3), null])).toBe('1 2ab3 <nil>');
  });

  it('puts spaces everywhere when it ends the line', () => {
    expect(sprintln([int(1), 'a', null])).toBe('1 a <nil>\n');
  });
});

describe('formatFloat', () => {
  it.each([
    [1e6, '1e+06'],
    [123456, '123456'],
    [123456789, '1.23456789e+08'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [-Infinity, '-Inf'],
  ])('prints %d with the fewest digits', (value, expected) => {
    expect(formatFloat(value, 'g', 'shortest')).toBe(expected);
  });

  it('prints all digits of what a float really holds', () => {
    expect(formatFloat(0.1, 'f', 25)).toBe('0.1000000000000000055511151');
    expect(formatFloat(1e23, 'e', 20)).toBe('9.99999999999999916114e+22');
    expect(formatFloat(2 ** 70, 'f', 1)).toBe('1180591620717411303424.0');
  });
});
