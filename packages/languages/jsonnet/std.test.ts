import { describe, expect, it } from 'vitest';
import { evaluateJsonnet } from '@plumbline/languages';

async function value(code: string): Promise<unknown> {
  const made = await evaluateJsonnet(code, { file: 'test.jsonnet' });
  return made.ok ? made.value.value : made.error.message;
}

describe('the standard library', () => {
  it.each([
    [
      'std.format("%d %5.2f|%-4s|%04d|%x|%o|%e|%g|%%|%c", [1, 2.345, "a", 7, 255, 8, 12345.678, 0.0001, 65])',
      '1  2.35|a   |0007|ff|10|1.234568e+04|0.0001|%|A',
    ],
    ['"%(name)s is %(age)03d" % { name: "Bo", age: 7 }', 'Bo is 007'],
    ['"%*d|%+d|% d|%#x" % [4, 1, 2, 3, 255]', '   1|+2| 3|0xff'],
    ['std.map(function(x) x + 1, [1, 2])', [2, 3]],
    ['std.mapWithIndex(function(i, x) i + x, "ab")', ['0a', '1b']],
    ['std.mapWithKey(function(k, v) k + v, { a: 1 })', { a: 'a1' }],
    ['std.flatMap(function(x) [x, x], [1, 2])', [1, 1, 2, 2]],
    ['std.filterMap(function(x) x > 1, function(x) x * 2, [1, 2, 3])', [4, 6]],
    ['std.foldl(function(a, b) a + b, [1, 2, 3], 0) + std.foldr(function(a, b) a - b, [3, 2, 1], 0)', 8],
    ['std.join(", ", ["a", null, "b"]) + std.join([0], [[1], [2]])', 'a, b[1, 0, 2]'],
    ['std.sort([3, 1, 2], function(x) -x)', [3, 2, 1]],
    [
      '[std.set([3, 1, 3]), std.setUnion([1, 2], [2, 3]), std.setInter([1, 2], [2, 3]), std.setDiff([1, 2], [2, 3]), std.setMember(2, [1, 2])]',
      [[1, 3], [1, 2, 3], [2], [1], true],
    ],
    ['[std.minArray(["b", "a"]), std.maxArray([1, 3, 2]), std.maxArray([], onEmpty=0)]', ['a', 3, 0]],
    ['std.splitLimit("a/b/c", "/", 1) + std.splitLimitR("a/b/c", "/", 1)', ['a', 'b/c', 'a/b', 'c']],
    [
      '[std.strReplace("aXbX", "X", "$&"), std.trim("\\t a \\n"), std.stripChars("xxaxx", "x")]',
      ['a$&b$&', 'a', 'a'],
    ],
    [
      '[std.findSubstr("aa", "aaa"), std.asciiUpper("aé"), std.parseInt("-12"), std.parseHex("fF"), std.parseOctal("17")]',
      [[0, 1], 'Aé', -12, 255, 15],
    ],
    [
      'std.mergePatch({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: null, e: 4 }, d: null, f: 5 })',
      { a: { c: 2, e: 4 }, f: 5 },
    ],
    ['std.prune({ a: null, b: [], c: { d: {} }, e: [null, 1], f: "" })', { e: [1], f: '' }],
    [
      '[std.get({ a:: 1 }, "a"), std.get({ a:: 1 }, "a", inc_hidden=false), std.get({}, "b", "none")]',
      [1, null, 'none'],
    ],
    [
      '[std.objectFields({ b: 1, a:: 2 }), std.objectFieldsAll({ b: 1, a:: 2 }), std.objectKeysValues({ a: 1 })]',
      [['b'], ['a', 'b'], [{ key: 'a', value: 1 }]],
    ],
    [
      '[std.objectRemoveKey({ a: 1, b: 2 }, "a"), (std.objectRemoveKey({ a: 1, b: 2 }, "a") + { c: self.a }).c]',
      [{ b: 2 }, 1],
    ],
    ['std.md5("abc")', '900150983cd24fb0d6963f7d28e17f72'],
    ['std.sha1("abc")', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['std.sha256("abc")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'std.sha512("abc")',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
    [
      'std.sha3("abc")',
      'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0',
    ],
    [
      'std.sha256(std.repeat("a", 1000)) + std.md5(std.repeat("a", 119))',
      '41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea38a7bd0732ed6a28ce75f6dabc90e1613',
    ],
    [
      '[std.base64("hello"), std.base64Decode("aGVsbG8="), std.base64([1, 2]), std.base64DecodeBytes("AQI=")]',
      ['aGVsbG8=', 'hello', 'AQI=', [1, 2]],
    ],
    [
      '[std.encodeUTF8("é"), std.decodeUTF8([195, 169]), std.char(128512), std.codepoint("é")]',
      [[195, 169], 'é', '😀', 233],
    ],
    [
      'std.manifestJsonEx({ a: [1, {}], b: [] }, "  ")',
      '{\n  "a": [\n    1,\n    {\n\n    }\n  ],\n  "b": [\n\n  ]\n}',
    ],
    ['std.manifestJsonMinified({ a: [1, "<"] })', '{"a":[1,"<"]}'],
    [
      'std.manifestYamlDoc({ a: [1, { b: 2 }, [3]], c: "x\\ny\\n", d: {}, "1": null }, quote_keys=false)',
      '"1": null\na:\n- 1\n- b: 2\n-\n  - 3\nc: |\n  x\n  y\nd: {}',
    ],
    ['std.manifestYamlStream([{ a: 1 }, []], c_document_end=false)', '---\n"a": 1\n---\n[]\n'],
    [
      'std.manifestToml({ a: 1, b: { c: [1, 2], d: [{ e: "x" }] } })',
      'a = 1\n\n[b]\n  c = [\n    1,\n    2\n  ]\n\n  [[b.d]]\n    e = "x"',
    ],
    ['std.manifestIni({ main: { a: 1 }, sections: { s: { b: ["x", "y"] } } })', 'a = 1\n[s]\nb = x\nb = y\n'],
    ['std.manifestPython({ a: [true, null, 1.5], b: "x" })', '{"a": [True, None, 1.5], "b": "x"}'],
    ['std.manifestXmlJsonml(["a", { href: "x" }, "text", ["br"]])', '<a href="x">text<br></br></a>'],
    [
      'std.parseYaml("a: [1, x]\\nb: ~") + { c: std.parseJson("[1.5, null]") }',
      { a: [1, 'x'], b: null, c: [1.5, null] },
    ],
    ['std.parseYaml("---\\na: 1\\n---\\nb: 2\\n")', [{ a: 1 }, { b: 2 }]],
    [
      '[std.round(-2.5), std.exponent(8), std.mantissa(8), std.pow(10, 20), std.mod(-7, 3), -7 % 3, 1 << 40, ~5]',
      [-3, 4, 0.5, 1e20, -1, -1, 1099511627776, -6],
    ],
    [
      '[std.isEven(2), std.isInteger(1.5), std.xor(true, false), std.clamp(5, 1, 3), std.sign(-2)]',
      [true, false, true, 3, -1],
    ],
    [
      '[std.all([true, false]), std.any([true, false]), std.count([1, 2, 1], 1), std.contains([1], 1), std.sum([1, 2]), std.avg([1, 2])]',
      [false, true, 2, true, 3, 1.5],
    ],
    [
      '[std.remove([1, 2, 1], 1), std.removeAt([1, 2], 0), std.find(1, [1, 2, 1]), std.flattenDeepArray([1, [2, [3]]])]',
      [[2, 1], [2], [0, 2], [1, 2, 3]],
    ],
    [
      '[std.escapeStringBash("it\'s"), std.escapeStringDollars("$a"), std.escapeStringXML("<&"), std.escapeStringJson("\\"")]',
      [`'it'"'"'s'`, '$$a', '&lt;&amp;', '"\\""'],
    ],
    [
      '[std.length("aé"), std.length([1]), std.length({ a: 1, b:: 2 }), std.length(function(a, b, c=1) 1)]',
      [2, 1, 1, 2],
    ],
    [
      '[std.type(x) for x in [1, "", null, true, [], {}, std.id]]',
      ['number', 'string', 'null', 'boolean', 'array', 'object', 'function'],
    ],
    [
      'std.resolvePath("a/b.jsonnet", "c.txt") + std.substr("hello", 1, 3) + std.lines(["x", "y"])',
      'a/c.txtellx\ny\n',
    ],
    [
      'std.toString(1e15) + std.toString(123456789012345680000) + std.toString(0.1 + 0.2)',
      '10000000000000001234567890123456839680.30000000000000004',
    ],
  ])('%s', async (code, wanted) => {
    expect(await value(code)).toEqual(wanted);
  });

  it.each([
    ['std.length(1)', 'Unexpected type number'],
    ['std.join(1, [])', 'join first parameter should be string or array, got number'],
    ['std.parseInt("x")', 'x is not a base 10 integer'],
    [
      'std.base64Decode("abc")',
      'input string appears not to be a base64 encoded string. Wrong length found (3)',
    ],
    ['std.assertEqual(1, 2)', 'Assertion failed. 1 != 2'],
    ['"%s %s" % ["a"]', 'Not enough values to format: 1, expected more than 1'],
    ['"%d" % ["a"]', 'Format required number at 0, got string'],
    ['std.sort([1, "a"])', 'Unexpected type number, expected string'],
    [
      'std.manifestYamlDoc({ local x = [x], a: x })',
      'max manifest depth exceeded, possible infinite recursion',
    ],
  ])('%s fails', async (code, wanted) => {
    expect(await value(code)).toBe(`RUNTIME ERROR: ${wanted}`);
  });
});

describe('what nobody asks for is not worked out', () => {
  it.each([
    ['std.clamp(-1, 3, error "asked")', 3],
    ['std.mergePatch(error "asked", 1)', 1],
    ['std.uniq([1], "no function")', [1]],
    ['std.setInter([], error "asked")', 'RUNTIME ERROR: asked'],
    ['std.setDiff([], 1)', []],
    ['~1e21', 9223372036854775808],
  ])('%s', async (code, expected) => {
    expect(await value(code)).toEqual(expected);
  });
});
