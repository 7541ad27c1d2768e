import { describe, expect, it } from 'vitest';
import { evaluateJsonnet } from '@plumbline/languages';
import type { JsonnetOptions } from '@plumbline/languages';

async function value(code: string, options: Partial<JsonnetOptions> = {}): Promise<unknown> {
  const made = await evaluateJsonnet(code, { file: 'test.jsonnet', ...options });
  return made.ok ? made.value.value : made.error.message;
}

function inMemory(files: Readonly<Record<string, string>>): NonNullable<JsonnetOptions['resolve']> {
  return async (_, path) => {
    const text = files[path];
    return text === undefined ? undefined : { path, bytes: new TextEncoder().encode(text) };
  };
}

describe('the language', () => {
  it.each([
    ['arithmetic', '1 + 2 * 3 - 8 / 4 % 3', 5],
    ['texts take what is added to them', '"a" + 1 + true + null + [1] + { b: 2 }', 'a1truenull[1]{"b": 2}'],
    ['local variables may use each other', 'local a = b + 1, b = 1; a', 2],
    ['what is not needed is not evaluated', 'local a = error "no"; [a, 1][1]', 1],
    ['functions have defaults and names', '(function(a, b=a + 1) [a, b])(b=5, a=1)', [1, 5]],
    ['self is the whole object', '({ a: self.b, b: 1 } + { b: 2 }).a', 2],
    ['super is what was there before', '({ a: 1 } + { a: super.a + 1, has: "a" in super }).a', 2],
    ['+: adds to a field', '{ a: { b: 1 } } + { a+: { c: 2 } }', { a: { b: 1, c: 2 } }],
    ['hidden fields do not show', '{ a:: 1, b: self.a }', { b: 1 }],
    ['::: shows what was hidden', '{ a:: 1 } + { a::: 2 }', { a: 2 }],
    ['a hidden field stays hidden', '{ a:: 1 } + { a: 2 }', {}],
    ['$ is the outermost object', '{ a: 1, b: { c: { d: $.a } } }', { a: 1, b: { c: { d: 1 } } }],
    ['object locals see self', '{ local x = self.a, a: 1, b: x }', { a: 1, b: 1 }],
    ['a field whose name is null is left out', '{ [if false then "a"]: 1, b: 2 }', { b: 2 }],
    ['array comprehensions', '[x * y for x in [1, 2, 3] if x > 1 for y in [1, 10]]', [2, 20, 3, 30]],
    ['object comprehensions', '{ [k]: k + k for k in ["a", "b"] if k != "b" }', { a: 'aa' }],
    ['object comprehensions with locals', '{ local v = k + "!", [k]: v for k in ["a"] }', { a: 'a!' }],
    ['slices', '[[1, 2, 3, 4, 5][1:4:2], "hello"[1:3], [1, 2, 3][-2:]]', [[2, 4], 'el', [2, 3]]],
    ['text blocks', '|||\n  a\n    b\n\n  c\n|||', 'a\n  b\n\nc\n'],
    ['text blocks without the last line break', '|||-\n  a\n|||', 'a'],
    ['verbatim texts', `@'a\\n''b'`, "a\\n'b"],
    ['escapes', '"\\u00e9\\ud83d\\ude00\\n"', 'é😀\n'],
    ['indexes count characters', '"a😀b"[2] + std.length("😀")', 'b1'],
    ['numbers with separators', '1_000.5', 1000.5],
    ['fields of objects in conditions', 'if "a" in { a:: 1 } then "yes" else "no"', 'yes'],
    ['equality does not see hidden fields', '{ a: 1, b:: 2 } == { a: 1 }', true],
    ['asserts in expressions', 'assert 1 > 0 : "math"; "ok"', 'ok'],
    [
      '$ of a function is where it was written',
      'local f = function() { a: $.b, b: 1 }; { c: f().a }',
      { c: 1 },
    ],
    ['fields added later reach methods', '({ f(x): self.k * x, k: 2 } + { k: 3 }).f(4)', 12],
  ])('%s', async (_, code, wanted) => {
    expect(await value(code)).toEqual(wanted);
  });

  it.each([
    ['an unknown name', 'x', 'test.jsonnet:1:1-2 Unknown variable: x'],
    ['self outside of an object', 'self.a', "test.jsonnet:1:1-5 Can't use self outside of an object."],
    ['$ outside of an object', '$', 'test.jsonnet:1:1-2 No top-level object found.'],
    ['a field that is written twice', '{ a: 1, a: 2 }', 'test.jsonnet:1:9-10 Duplicate field: a'],
    ['an open object', '{ a: 1', 'test.jsonnet:1:7 Expected a comma before next field'],
    ['an open text', '"abc', 'test.jsonnet:1:1 Unterminated String'],
    ['a computed import', 'import "a" + "b"', 'test.jsonnet:1:8-17 Computed imports are not allowed'],
    ['a number with junk', '1.x', "test.jsonnet:1:3 Couldn't lex number, junk after decimal point: 'x'"],
    ['error', 'error "no"', 'RUNTIME ERROR: no'],
    ['an assert', 'assert false; 1', 'RUNTIME ERROR: Assertion failed'],
    ['an assert of an object', '{ a: 1, assert self.a > 1 : "small" }', 'RUNTIME ERROR: small'],
    ['a missing field', '{}.a', 'RUNTIME ERROR: Field does not exist: a'],
    ['an index out of bounds', '[1][1]', 'RUNTIME ERROR: Index 1 out of bounds, not within [0, 1)'],
    ['a missing argument', '(function(a) a)()', 'RUNTIME ERROR: Missing argument: a'],
    ['a function as result', 'local f(x) = x; { f: f }', "RUNTIME ERROR: couldn't manifest function as JSON"],
    ['division by zero', '1 / 0', 'RUNTIME ERROR: Division by zero.'],
    ['numbers that are too large', '1e308 * 10', 'RUNTIME ERROR: Overflow'],
    ['recursion without end', 'local f(x) = f(x + 1) + 1; f(0)', 'RUNTIME ERROR: max stack frames exceeded.'],
    ['a variable that is itself', 'local a = a; a', 'RUNTIME ERROR: max stack frames exceeded.'],
  ])('%s is refused', async (_, code, wanted) => {
    expect(await value(code)).toBe(wanted);
  });

  it('tailstrict calls in the last place go on as long as they like', async () => {
    const code = 'local f(n, sum) = if n == 0 then sum else f(n - 1, sum + n) tailstrict; f(100000, 0)';
    expect(await value(code)).toBe(5_000_050_000);
  });

  it('very deep expressions are refused, not crashed on', async () => {
    expect(await value(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)).toBe(
      'RUNTIME ERROR: max stack frames exceeded.',
    );
    expect(await value('std.foldl(function(a, b) [a], std.range(1, 1000), [])')).toBe(
      'RUNTIME ERROR: max stack frames exceeded.',
    );
  });

  it('work without end stops at a limit', async () => {
    const endless = 'local f(n) = f(n + 1) tailstrict; f(0)';
    expect(await value(endless, { limits: { stepsMax: 1_000 } })).toMatch(/more than 1000 steps/);
    expect(await value('std.repeat("x", 1000)', { limits: { sizeMax: 100 } })).toMatch(/too large/);
  });
});

describe('traces', () => {
  it('name each frame as go-jsonnet does', async () => {
    const code = 'local f(x) =\n  { a: error "bad " + x };\n[f("é").a]';
    const made = await evaluateJsonnet(code, { file: 'app.jsonnet' });
    expect(made.ok ? '' : made.error.trace).toBe(
      [
        'RUNTIME ERROR: bad é',
        '\tapp.jsonnet:2:8-24\tobject <anonymous>',
        '\tapp.jsonnet:3:2-11\tthunk from <$>',
        '\tArray element 0\t',
        '\tDuring manifestation\t',
        '',
      ].join('\n'),
    );
    expect(made.ok ? undefined : made.error.where).toEqual({ file: 'app.jsonnet', line: 2, column: 8 });
  });
});

describe('imports and what comes from outside', () => {
  const files = {
    'lib.libsonnet': '{ name: std.thisFile, text: importstr "data.txt" }',
    'data.txt': 'Größe',
    'broken.libsonnet': '{',
  };
  const resolve = inMemory(files);

  it('imports programs, texts and bytes', async () => {
    const code = '[import "lib.libsonnet", importbin "data.txt"]';
    expect(await value(code, { resolve })).toEqual([
      { name: 'lib.libsonnet', text: 'Größe' },
      [...new TextEncoder().encode('Größe')],
    ]);
  });

  it('fails for missing and broken files only where they are needed', async () => {
    expect(await value('if true then 1 else import "none"', { resolve })).toBe(1);
    expect(await value('import "none"', { resolve })).toBe(
      'RUNTIME ERROR: couldn\'t open import "none": no match locally or in the Jsonnet library paths',
    );
    expect(await value('[import "broken.libsonnet"]', { resolve })).toMatch(
      /^RUNTIME ERROR: broken\.libsonnet:1:2 /,
    );
  });

  it('says what was imported', async () => {
    const made = await evaluateJsonnet('import "lib.libsonnet"', { file: 'a', resolve });
    expect(made.ok && made.value.imports).toEqual(['lib.libsonnet', 'data.txt']);
  });

  it('takes variables and arguments as text and as program', async () => {
    const extVars = { a: { text: '1 + 1' }, b: { code: '1 + 1' } };
    expect(await value('[std.extVar("a"), std.extVar("b")]', { extVars })).toEqual(['1 + 1', 2]);
    expect(await value('function(a, b=3) [a, b]', { tlas: extVars })).toEqual(['1 + 1', 2]);
    expect(await value('std.extVar("c")')).toBe('RUNTIME ERROR: Undefined external variable: c');
  });

  it('calls functions of the host', async () => {
    const natives = { join: { parameters: ['parts'], call: ([parts]: readonly unknown[]) => String(parts) } };
    expect(await value('std.native("join")([1, 2])', { natives })).toBe('1,2');
  });

  it('prints traces', async () => {
    const lines: string[] = [];
    await value('\nstd.trace("here", 1)', { onTrace: (line) => lines.push(line) });
    expect(lines).toEqual(['TRACE: test.jsonnet:2 here']);
  });
});

describe('output', () => {
  async function texts(code: string, output: NonNullable<JsonnetOptions['output']>): Promise<unknown> {
    const made = await evaluateJsonnet(code, { file: 'test.jsonnet', output });
    return made.ok ? Object.fromEntries(made.value.texts) : made.error.message;
  }

  it("is JSON in upstream's layout", async () => {
    const code = '{ b: [], a: { x: [1, 1.5, 1e-5, 1e20] }, c: {}, "1": "\\u007f\\n" }';
    expect(await texts(code, 'json')).toEqual({
      '': [
        '{',
        '   "1": "\\u007f\\n",',
        '   "a": {',
        '      "x": [',
        '         1,',
        '         1.5,',
        '         1.0000000000000001e-05,',
        '         100000000000000000000',
        '      ]',
        '   },',
        '   "b": [ ],',
        '   "c": { }',
        '}',
        '',
      ].join('\n'),
    });
  });

  it('may be a text, several files, or a stream', async () => {
    expect(await texts('"a"', 'string')).toEqual({ '': 'a\n' });
    expect(await texts('1', 'string')).toBe('RUNTIME ERROR: expected string result, got: number');
    expect(await texts('{ a: 1, b: "x" }', 'multi')).toEqual({ a: '1\n', b: '"x"\n' });
    expect(await texts('{ b: "x" }', 'multi-string')).toEqual({ b: 'x\n' });
    expect(await texts('[1, 2]', 'stream')).toEqual({ '0': '1\n', '1': '2\n' });
    expect(await texts('1', 'stream')).toMatch(/stream mode: top-level object was a number/);
  });
});
