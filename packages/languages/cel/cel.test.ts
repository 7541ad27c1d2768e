import { describe, expect, it } from 'vitest';
import {
  adaptAny,
  compileCel,
  declareSchema,
  dynType,
  sizeAt,
  toPlain,
  type CelEnvironment,
  type DeclaredSchema,
} from './index.ts';

const environment: CelEnvironment = { variables: { x: dynType } };

function run(source: string, x: unknown = null, from: CelEnvironment = environment): unknown {
  const program = compileCel(source, from);
  if (!program.ok) return program.error.message;
  const { result } = program.value.evaluate({ x: adaptAny(x) });
  return result.ok ? toPlain(result.value) : `error: ${result.error.message}`;
}

describe('expressions', () => {
  it.each([
    ['1 + 2 * 3 == 7', true],
    ['-7 / 2', -3],
    ['-7 % 2', -1],
    ['1 / 0', 'error: division by zero'],
    ['9223372036854775807 + 1', 'error: integer overflow'],
    ['-9223372036854775808', -9223372036854775808],
    ['1.5 + 2.5', 4],
    ["'a' + 'b'", 'ab'],
    ["b'ab' == bytes('ab')", true],
    ["r'\\d' == '\\\\d'", true],
    ["'\\u00e9\\x41\\101'", 'éAA'],
    ['"""a\nb"""', 'a\nb'],
    ['[1, 2, 3].filter(i, i > 1)', [2, 3]],
    ['[1, 2, 3].map(i, i * 2)', [2, 4, 6]],
    ['[1, 2, 3].map(i, i > 1, i * 2)', [4, 6]],
    ['[1, 2, 3].all(i, i > 0)', true],
    ['[1, 2, 3].exists(i, i / (i - 1) == 2)', true],
    ['[1, 2, 3].all(i, i / (i - 1) > 5)', false],
    ['[1, 2, 3].exists_one(i, i == 2)', true],
    ['[3, 1, 2].sort()', [1, 2, 3]],
    ["['bb', 'a'].sortBy(s, s.size())", ['a', 'bb']],
    ['[1, 2, 3].sum()', 6],
    ['[].sum() == 0', true],
    ['[1, 2, 3].max()', 3],
    ['lists.range(3)', [0, 1, 2]],
    ['[1, 1, 2].distinct()', [1, 2]],
    ['[[1], [2, 3]].flatten()', [1, 2, 3]],
    ['[1, 2, 3].slice(1, 2)', [2]],
    ['[1, 2, 3].first().value()', 1],
    ['[1, 2, 3].indexOf(4)', -1],
    ["{'a': 1}.transformMap(k, v, v + 1)", { a: 2 }],
    ['[1, 2].transformMapEntry(i, v, {string(v): i})', { '1': 0, '2': 1 }],
    ["{'a': 1, 'b': 2}.transformList(k, v, v > 1, k)", ['b']],
    ["{'a': 1}.all(k, v, k == 'a' && v == 1)", true],
    ["{'a': 1}['b']", 'error: no such key: b'],
    ["{'a': 1}[?'b'].orValue(5)", 5],
    ["'a' in {'a': 1}", true],
    ['2 in [1, 2]', true],
    ['[1, 2][5]', 'error: index out of bounds: 5'],
    ['true || 1 / 0 == 1', true],
    ['1 / 0 == 1 || true', true],
    ['1 / 0 == 1 && false', false],
    ['1 / 0 == 1 && true', 'error: division by zero'],
    ['dyn(1) == 1.0', true],
    ['dyn(1u) == 1', true],
    ["dyn('1') == 1", false],
    ['1 < 1.5', true],
    ["type(1) == int && type('') == string && type([]) == list", true],
    ["int('12') + int(1.9) + int(2u)", 15],
    ["int('x' + dyn(''))", "error: type conversion error from 'string' to 'int'"],
    ["int('x')", "type conversion error from 'string' to 'int'"],
    ["double('1.5e3')", 1500],
    ['string(1.0) + string(1e30) + string(0.00001)', '11e+301e-05'],
    ["duration('1h30m') > duration('80m')", true],
    ["string(duration('1h30m0.5s'))", '5400.5s'],
    ["timestamp('2020-01-31T10:00:00Z').getMonth()", 0],
    ["timestamp('2020-01-31T10:00:00Z').getHours('+02:30')", 12],
    ["timestamp('2020-01-31T10:00:00Z') - timestamp('2020-01-30T10:00:00Z') == duration('24h')", true],
    ["string(timestamp('2020-01-31T10:00:00.120Z') + duration('1s'))", '2020-01-31T10:00:01.12Z'],
    ["'tacocat'.charAt(3)", 'o'],
    ["'hello mellow'.indexOf('ello', 2)", 7],
    ["'hello mellow'.lastIndexOf('ello')", 7],
    ["'hello hello'.replace('he', 'we', 1)", 'wello hello'],
    ["'a,b,c'.split(',', 2)", ['a', 'b,c']],
    ["'tacocat'.substring(4)", 'cat'],
    ["' a '.trim()", 'a'],
    ["['a', 'b'].join('-')", 'a-b'],
    [
      "'%s %d %.2f %x %b %o %e'.format([dyn('a'), 5, 1.239, 255, 5, 8, 1234.5])",
      'a 5 1.24 ff 101 10 1.234500×10⁰³',
    ],
    ["'%s'.format([[dyn(1), {'a': 2.5}, null]])", '[1, {"a":2.500000}, null]'],
    ["'abc123'.find('[0-9]+')", '123'],
    ["'a1b2'.findAll('[0-9]')", ['1', '2']],
    ["'abc'.matches('^b')", false],
    ['has(x.a) ? x.a : 0', 0, {}],
    ['has(x.a) ? x.a : 0', 4, { a: 4 }],
    ['x.?a.?b.orValue("none")', 'none', { a: {} }],
    ['x.?a.optMap(a, a + 1).orValue(0)', 6, { a: 5 }],
    ['[?x.?a, dyn(2)]', [2], {}],
    ["{?'k': x.?a}", {}, {}],
    ['x.a > 5', 'error: no such overload', { a: 'text' }],
    ['sets.contains([1, 2], [2])', true],
    ['sets.equivalent([1, 2], [2, 1, 1])', true],
    ["quantity('1Gi').isGreaterThan(quantity('1000Mi'))", true],
    ["quantity('1k').add(5).asInteger()", 1005],
    ["quantity('500m').isInteger()", false],
    ["isQuantity('1Gii')", false],
    ["url('https://user@example.com:80/p a?q=1&q=2').getHost()", 'example.com:80'],
    ["url('https://[::1]:80/path').getHostname() + url('/a').getScheme()", '::1'],
    ["url('https://e.com/?a=1&a=2').getQuery()", { a: ['1', '2'] }],
    ["isURL('../x')", false],
    ["ip('192.168.0.1').family()", 4],
    ["isIP('1.2.3.400')", false],
    ["ip.isCanonical('2001:DB8::1')", false],
    ["cidr('10.0.0.0/8').containsIP('10.1.2.3')", true],
    ["cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", true],
    ["string(cidr('10.1.2.3/8').masked())", '10.0.0.0/8'],
    ["cidr('::/0').prefixLength()", 0],
    ["semver('1.2.3').isLessThan(semver('1.10.0'))", true],
    ["isSemver('v1.0') || !isSemver('v1.0', true)", false],
    ["format.dns1123Label().validate('abc').hasValue()", false],
    ["format.named('uuid').value().validate('x').value()", ['does not match the UUID format']],
    ["strings.quote('a\"b')", '"a\\"b"'],
  ])('%s', (source: unknown, expected: unknown, x?: unknown) => {
    expect(run(String(source), x)).toEqual(expected);
  });

  it.each([
    ['y.a', "ERROR: <input>:1:1: undeclared reference to 'y' (in container '')\n | y.a\n | ^"],
    [
      "1 == 'a'",
      "ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, string)'\n | 1 == 'a'\n | ..^",
    ],
    [
      "'a'.foo(1)",
      "ERROR: <input>:1:8: undeclared reference to 'foo' (in container '')\n | 'a'.foo(1)\n | .......^",
    ],
    [
      "'a'.contains(1)",
      "ERROR: <input>:1:13: found no matching overload for 'contains' applied to 'string.(int)'\n | 'a'.contains(1)\n | ............^",
    ],
    ["[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^"],
    [
      "'a'.matches('(')",
      "ERROR: <input>:1:13: invalid matches argument\n | 'a'.matches('(')\n | ............^",
    ],
    ["duration('x')", "ERROR: <input>:1:10: invalid duration argument\n | duration('x')\n | .........^"],
    [
      '1.all(i, true)',
      "ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | 1.all(i, true)\n | ^",
    ],
    [
      'x.a >',
      "ERROR: <input>:1:6: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | x.a >\n | .....^",
    ],
  ])('refuses %s', (source, expected) => {
    expect(run(source)).toBe(expected);
  });
});

describe('odd input', () => {
  it.each([
    ['deep brackets', `${'('.repeat(5000)}1${')'.repeat(5000)}`],
    ['long chains of fields', `x${'.a'.repeat(20_000)}`],
    ['long sums', `1${' + 1'.repeat(20_000)}`],
    ['many minus signs', `${'-'.repeat(50_001)}x`],
    ['lists in lists', `${'['.repeat(3000)}${']'.repeat(3000)}`],
    ['nothing', ''],
    ['a lone quote', '"'],
    ['control characters', '\u0000\u0001'],
    ['an expression that is too long', '1'.repeat(200_000)],
  ])('is refused or run, but breaks nothing: %s', (_, source) => {
    expect(typeof run(source, {})).toMatch(/string|number/);
  });
});

describe('schemas', () => {
  const schema: DeclaredSchema = {
    type: 'object',
    required: ['a'],
    properties: {
      a: { type: 'integer' },
      'b-c': { type: 'string', maxLength: 10 },
      namespace: { type: 'string' },
      list: {
        type: 'array',
        maxItems: 3,
        items: { type: 'object', properties: { t: { type: 'string', format: 'duration' } } },
      },
      any: { 'x-kubernetes-int-or-string': true },
      open: { type: 'object', additionalProperties: { type: 'number' } },
    },
  };
  const declared = declareSchema(schema, false)!;
  const typed: CelEnvironment = {
    variables: { self: declared.type },
    sizeOf: (path) => sizeAt(declared, path),
  };
  const evaluate = (source: string, self: unknown): unknown => {
    const program = compileCel(source, typed);
    if (!program.ok) return program.error.message;
    const { result } = program.value.evaluate({ self: declared.adapt(self) });
    return result.ok ? toPlain(result.value) : `error: ${result.error.message}`;
  };

  it.each([
    ['self.a + 1', { a: 2 }, 3],
    ['self.b__dash__c.size()', { 'b-c': 'xyz' }, 3],
    ["self.__namespace__ == 'n'", { namespace: 'n' }, true],
    ["self.list.all(i, i.t > duration('1s'))", { list: [{ t: '2s' }] }, true],
    ['type(self.any) == int ? self.any : 0', { any: 7 }, 7],
    ['self.open.m + 0.5', { open: { m: 1 } }, 1.5],
    ['has(self.a)', {}, false],
    ['self.a', {}, 'error: no such key: a'],
    ['self.nope', {}, "ERROR: <input>:1:5: undefined field 'nope'\n | self.nope\n | ....^"],
    ['self == self', { a: 1, list: [{ t: '1s' }] }, true],
  ])('%s of %j', (source, self, expected) => {
    expect(evaluate(source, self)).toEqual(expected);
  });

  it('says what an expression may cost by the limits of the schema', () => {
    const cost = (source: string): number => {
      const program = compileCel(source, typed);
      if (!program.ok) throw new Error(program.error.message);
      return program.value.cost().max;
    };
    expect(cost('self.a > 1')).toBe(3);
    expect(cost('self.list.all(i, has(i.t))')).toBe(15);
    expect(cost("self.b__dash__c.contains('abcdefghijk')")).toBe(10);
  });

  it('stops at the cost limit', () => {
    const program = compileCel('lists.range(1000).all(i, lists.range(1000).all(j, i + j >= 0))', typed);
    if (!program.ok) throw new Error(program.error.message);
    const { result } = program.value.evaluate({}, { costLimit: 5000 });
    expect(result.ok ? undefined : result.error).toEqual({
      message: 'operation cancelled: actual cost limit exceeded',
      overBudget: true,
    });
  });
});
