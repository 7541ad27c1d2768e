// Jsonnet programs by chance: calls of the whole library with values that fit, mostly, and the language around them.
import { chance } from './features/chance.mjs';

const numbers = [
  '0',
  '1',
  '-1',
  '2.5',
  '1e100',
  '-0',
  '123456789012',
  '0.1',
  '1e-7',
  '3',
  '255',
  '1e21',
  '0.30000000000000004',
  '65',
];
const strings = [
  "''",
  "'a'",
  "'hello world'",
  "'a,b,c'",
  "'ünï ✓ 😀'",
  "'line\\nbreak\\ttab'",
  '\'"q" \\\\ <>&\'',
  "'1.5'",
  "'0x1F'",
  "'ff'",
  "'  x '",
  "'AbC'",
  "'key: value\\n'",
  '\'[1, {"a": null}]\'',
  "'aGVsbG8='",
  "'true'",
  "'%d %s'",
  "'\\u0000\\u001f\\u007f'",
  "'- a\\n- b'",
];

function value(c, depth, kind = c.pick(['n', 's', 's', 'a', 'a', 'o', 'b', 'z'])) {
  if (c.is(0.04)) return value(c, depth, undefined);
  if (depth <= 0 && 'ao'.includes(kind)) return kind === 'a' ? '[]' : '{}';
  const some = (make) => Array.from({ length: c.int(4) }, make);
  switch (kind) {
    case 'n':
      return c.pick(numbers);
    case 'i':
      return c.pick(['0', '1', '2', '3', '5', '-1', '10']);
    case 's':
      return c.pick(strings);
    case 'b':
      return c.pick(['true', 'false']);
    case 'z':
      return 'null';
    case 'a':
      return `[${some(() => value(c, depth - 1)).join(', ')}]`;
    case 'an':
      return `[${some(() => c.pick(numbers)).join(', ')}]`;
    case 'as':
      return `[${some(() => c.pick(strings)).join(', ')}]`;
    case 'ab':
      return `[${some(() => c.pick(['true', 'false'])).join(', ')}]`;
    case 'aa':
      return `[${some(() => value(c, depth - 1, 'a')).join(', ')}]`;
    case 'o': {
      const names = c.some(['a', 'b', "'c d'", 'e', "'1'", "'ü'"], 0.4);
      return `{ ${names.map((name) => `${name}${c.pick([':', ':', ':', '::', ':::'])} ${value(c, depth - 1)}`).join(', ')} }`;
    }
    case 'f1':
      return c.pick([
        'function(x) x',
        'function(x) [x, x]',
        'function(x) std.type(x)',
        'function(x) std.length(x)',
        'function(x) x == 1',
        'function(x) "" + x',
        'std.toString',
      ]);
    case 'f2':
      return c.pick([
        'function(x, y) [x, y]',
        'function(a, b) a + b',
        'function(x, y) x == y',
        'function(i, x) "%s-%s" % [i, x]',
      ]);
    case 'p':
      return c.pick([
        'function(x) true',
        'function(x) std.isString(x)',
        'function(x) x == "a"',
        'function(x) x > 1',
        'function(x) null',
      ]);
    default:
      return value(c, depth);
  }
}

/** The library: what its functions take. */
const library = Object.entries({
  extVar: 's',
  type: 'v',
  length: 'v',
  get: 'o s v',
  objectHas: 'o s',
  objectFields: 'o',
  objectValues: 'o',
  objectKeysValues: 'o',
  objectHasAll: 'o s',
  objectFieldsAll: 'o',
  objectValuesAll: 'o',
  objectKeysValuesAll: 'o',
  prune: 'v',
  mapWithKey: 'f2 o',
  objectRemoveKey: 'o s',
  isArray: 'v',
  isBoolean: 'v',
  isFunction: 'v',
  isNumber: 'v',
  isObject: 'v',
  isString: 'v',
  isNull: 'v',
  abs: 'n',
  sign: 'n',
  max: 'n n',
  min: 'n n',
  pow: 'i i',
  exp: 'i',
  floor: 'n',
  ceil: 'n',
  sqrt: 'n',
  round: 'n',
  isEven: 'n',
  isOdd: 'n',
  isInteger: 'n',
  isDecimal: 'n',
  clamp: 'n n n',
  mantissa: 'n',
  exponent: 'n',
  deg2rad: 'i',
  hypot: 'i i',
  assertEqual: 'v v',
  toString: 'v',
  codepoint: 's',
  char: 'i',
  substr: 's i i',
  findSubstr: 's s',
  startsWith: 's s',
  endsWith: 's s',
  stripChars: 's s',
  lstripChars: 's s',
  rstripChars: 's s',
  split: 's s',
  splitLimit: 's s i',
  splitLimitR: 's s i',
  strReplace: 's s s',
  isEmpty: 's',
  trim: 's',
  equalsIgnoreCase: 's s',
  asciiUpper: 's',
  asciiLower: 's',
  stringChars: 's',
  format: 's a',
  escapeStringBash: 'v',
  escapeStringDollars: 'v',
  escapeStringJson: 'v',
  escapeStringPython: 'v',
  escapeStringXML: 's',
  parseInt: 's',
  parseOctal: 's',
  parseHex: 's',
  parseJson: 's',
  parseYaml: 's',
  encodeUTF8: 's',
  decodeUTF8: 'an',
  manifestIni: 'o',
  manifestPython: 'v',
  manifestPythonVars: 'o',
  manifestJson: 'v',
  manifestJsonMinified: 'v',
  manifestJsonEx: 'v s',
  manifestYamlDoc: 'v b b',
  manifestYamlStream: 'a b b',
  manifestXmlJsonml: 'a',
  manifestTomlEx: 'o s',
  manifestToml: 'o',
  makeArray: 'i f1',
  member: 'a v',
  count: 'a v',
  find: 'v a',
  map: 'f1 a',
  mapWithIndex: 'f2 a',
  filterMap: 'p f1 a',
  flatMap: 'f1 a',
  filter: 'p a',
  foldl: 'f2 a v',
  foldr: 'f2 a v',
  range: 'i i',
  repeat: 'v i',
  slice: 'a i i i',
  join: 's as',
  deepJoin: 'v',
  lines: 'as',
  flattenArrays: 'aa',
  flattenDeepArray: 'v',
  reverse: 'v',
  sort: 'an',
  uniq: 'an',
  all: 'ab',
  any: 'ab',
  sum: 'an',
  avg: 'an',
  minArray: 'an',
  maxArray: 'an',
  contains: 'a v',
  remove: 'a v',
  removeAt: 'a i',
  set: 'as',
  setInter: 'as as',
  setUnion: 'as as',
  setDiff: 'as as',
  setMember: 's as',
  base64: 's',
  base64Decode: 's',
  base64DecodeBytes: 's',
  md5: 's',
  sha1: 's',
  sha256: 's',
  sha512: 's',
  sha3: 's',
  xor: 'b b',
  xnor: 'b b',
  mergePatch: 'v v',
  trace: 's v',
  native: 's',
  modulo: 'n n',
  mod: 'v v',
  equals: 'v v',
  primitiveEquals: 'v v',
  thisFile: '',
  objectHasEx: 'o s b',
  objectFieldsEx: 'o b',
  resolvePath: 's s',
  log2: 'i',
  log10: 'i',
  nonsense: 'v',
}).filter(([name]) => !['thisFile', 'extVar', 'trace'].includes(name));

function call(c, depth) {
  const [name, kinds] = c.pick(library);
  const made = kinds
    .split(' ')
    .map((kind) =>
      depth > 0 && c.is(0.1) ? call(c, depth - 1) : value(c, 2, kind === 'v' ? undefined : kind),
    );
  if (c.is(0.03)) made.pop();
  if (c.is(0.02)) made.push('1');
  return `std.${name}(${made.join(', ')})`;
}

const operators = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '<<',
  '>>',
  '&',
  '|',
  '^',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '&&',
  '||',
  'in',
];

function language(c) {
  const v = () => value(c, 2);
  return c.pick([
    () => `${v()} ${c.pick(operators)} ${v()}`,
    () => `${v()} + ${v()} + ${v()}`,
    () => `${c.pick(['-', '!', '~', '+'])}${v()}`,
    () => `${value(c, 2, 'a')}[${value(c, 1, 'i')}]`,
    () => `${value(c, 2, c.pick(['a', 's']))}[${c.pick(['1:', ':2', '::2', '-2:', '0:10:3', ':-1'])}]`,
    () => `local o = ${value(c, 2, 'o')}; o + { a+: ${v()}, z: super.a, y: self.b, x: $.e }`,
    () => `local o = ${value(c, 2, 'o')}; o.${c.pick(['a', 'b', 'nope'])}`,
    () => `[x for x in ${value(c, 2, 'a')} if x != ${v()}]`,
    () => `{ [k]: ${v()} for k in ${value(c, 2, 'as')} }`,
    () => `local f(x, y=${v()}) = [x, y]; f(${c.pick(['1', 'y=2, x=1', '1, 2', '', '1, z=2', 'x=1, x=2'])})`,
    () => `if ${value(c, 1, c.pick(['b', 'b', 'n']))} then ${v()} else ${v()}`,
    () => `${c.pick(strings)} % ${value(c, 2, c.pick(['a', 'o', 'n', 's']))}`,
    () =>
      `"%${c.pick(['', '-', '0', '+', ' ', '#'])}${c.pick(['', '5', '10', '.3', '8.2', '*'])}${c.pick(['d', 's', 'x', 'X', 'o', 'e', 'E', 'f', 'g', 'G', 'c', 'i', 'u', 'q'])}" % ${c.pick([c.pick(numbers), `[${c.pick(numbers)}]`, `[5, ${c.pick(numbers)}]`, c.pick(strings)])}`,
    () => `{ assert ${value(c, 1, 'b')} : ${c.pick(strings)}, a: ${v()} }`,
    () => `error ${v()}`,
    () => `assert ${value(c, 1, 'b')}; ${v()}`,
    () => `{ local x = ${v()}, a: x, b:: x, ${c.pick(["'a'", 'c', '[null]', '["d"]'])}: 1 }`,
    () => `|||\n  text ${c.int(9)}\n    more\n\n  end\n|||`,
    () => `[${c.pick(numbers)}, ${c.pick(numbers)} * 3, ${c.pick(numbers)} / 7, 1 / ${c.pick(numbers)}]`,
    () => `${v()} ${c.pick(['', '+', 'foo', '}', ':', ';'])} ${c.pick(['', '1'])}`,
  ])();
}

/** One program; the same seed gives the same. */
export function writeProgram(seed) {
  const c = chance(seed);
  return c.is(0.6) ? call(c, 2) : language(c);
}
