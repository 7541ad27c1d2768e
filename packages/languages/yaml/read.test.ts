import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYaml, readYamlStream, writeYaml, yamlErrorText } from '@plumbline/languages';

const file = 'deploy/cm.yaml';

function value(text: string): unknown {
  const read = readYaml(text, { file });
  if (!read.ok) throw new Error(read.error.message);
  return read.value[0]?.value;
}

describe('a text that ends in a block scalar without a line break', () => {
  it.each<[string, unknown]>([
    ['a: >\n  x\n  y', { a: 'x y' }],
    ['a: >\n  x\n  y\n', { a: 'x y\n' }],
    ['a: >+\n  x\n\n  y', { a: 'x\ny' }],
    ['a: >2\n   x', { a: ' x' }],
    ['a: !!str >\n  x', { a: 'x' }],
    ['- >\n x', ['x']],
    ['- - >\n   x', [['x']]],
    ['a: >\n  x\n # c', { a: 'x\n' }],
    ['a: >\n  x\n  # c', { a: 'x # c' }],
    ['a: >\n  x\n   y\n  z', { a: 'x\n y\nz' }],
    ['a: >\n  x\n  ', { a: 'x\n' }],
    ['a: >\n  b: >\n    c', { a: 'b: >\n  c' }],
    ['x: &a 1\na: |\n  b: |\n    c', { x: 1, a: 'b: |\n  c' }],
    ['x: >\n  t\nz:\n  b: >\n    c', { x: 't\n', z: { b: 'c' } }],
    ['x: >\n  t\nz: z', { x: 't\n', z: 'z' }],
    ['a: b >\n  c', { a: 'b > c' }],
  ])('%j', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });
});

describe('plain scalars resolve as in sigs.k8s.io/yaml', () => {
  it.each<[string, unknown]>([
    ['yes', true],
    ['Off', false],
    ['y', true],
    ['N', false],
    ['TRUE', true],
    ['~', null],
    ['', null],
    ['Null', null],
    ['tRue', 'tRue'],
    ['0777', 511],
    ['0o17', 15],
    ['0x1F', 31],
    ['0b101', 5],
    ['-0b11', -3],
    ['1_000', 1000],
    ['08', 8],
    ['1e3', 1000],
    ['.5', 0.5],
    ['1.', 1],
    ['+12', 12],
    ['-7', -7],
    ['1:30', '1:30'],
    ['1.2.3', '1.2.3'],
    ['2001-01-01', '2001-01-01'],
    ['2001-12-14T21:59:43Z', '2001-12-14T21:59:43Z'],
    ['"yes"', 'yes'],
    ["'1'", '1'],
    ['100m', '100m'],
    ['!!str 12', '12'],
    ['!!float 3', 3],
    ['!Ref x', 'x'],
    ['!!binary aGk=', 'hi'],
    ['1e999', '1e999'],
  ])('%s', (text, expected) => {
    expect(value(`a: ${text}`)).toEqual({ a: expected });
  });

  it('turns keys into text', () => {
    expect(value('1: a\nyes: b\n~: c\n1.5: d')).toEqual({ '1': 'a', true: 'b', null: 'c', '1.5': 'd' });
  });

  it('merges with << without overriding what is written out', () => {
    expect(value('x: &a {b: 1, c: 2}\nz:\n  b: 3\n  <<: *a\n')).toEqual({
      x: { b: 1, c: 2 },
      z: { b: 3, c: 2 },
    });
  });

  it('keeps a key called __proto__ as data', () => {
    const data = value('__proto__: {polluted: true}') as object;
    expect(Object.keys(data)).toEqual(['__proto__']);
    expect('polluted' in {}).toBe(false);
  });
});

describe('a stream', () => {
  it('gives its documents with lines and leaves empty ones out', () => {
    const read = readYaml(
      '---\n# nothing\n---\na: 1\n---\n---\n\n# c\nb: 2\n--- {c: 3}\n--- # note\nd: 4\n...\n',
      { file },
    );
    expect(read.ok && read.value.map((d) => [d.index, d.line, d.value])).toEqual([
      [0, 4, { a: 1 }],
      [1, 9, { b: 2 }],
      [2, 10, { c: 3 }],
      [3, 12, { d: 4 }],
    ]);
  });

  it('reads byte order marks, UTF-16 and JSON', () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a: ü', 'utf16le')]);
    expect(readYaml(utf16, { file })).toMatchObject({ ok: true, value: [{ value: { a: 'ü' } }] });
    expect(value('\ufeffa: 1')).toEqual({ a: 1 });
    expect(value('{"a": [1, "yes"]}')).toEqual({ a: [1, 'yes'] });
    expect(value('%YAML 1.1\n---\na: 1\n')).toEqual({ a: 1 });
  });

  it('keeps the documents in front of a broken one', () => {
    const stream = readYamlStream('a: 1\n---\nb: c: d\n', { file });
    expect(stream.documents.map((d) => d.value)).toEqual([{ a: 1 }]);
    expect(stream.problem).toMatchObject({ where: { file, line: 3, column: 5 }, documentLine: 1 });
  });

  it('takes heads of block scalars below their keys, as goyaml does', () => {
    const text = 'data:\n  a:\n  |\n    one\n  b: [1]\nlist:\n- c:\n  >-\n    two\n    three\n';
    const read = readYaml(text, { file: 'x.yaml' });
    expect(read.ok && read.value[0]?.value).toEqual({
      data: { a: 'one\n', b: [1] },
      list: [{ c: 'two three' }],
    });
  });

  it.each<[string, unknown]>([
    ['a: [x, two\nlines]\n', { a: ['x', 'two lines'] }],
    ['a:\n  - {b: two\nlines}\n', { a: [{ b: 'two lines' }] }],
    ['a: {c: two\nlines, d: 1}\nb: [1\n]\n', { a: { c: 'two lines', d: 1 }, b: [1] }],
    ['t: |\n  [x\n y\na: ["]", two\nlines] # [\nb: it\'s [\n', undefined],
    ['t: |\n  [x\na: ["]", two\nlines] # [\nb: it\'s [\n', { t: '[x\n', a: [']', 'two lines'], b: "it's [" }],
    ['a: &x !!seq [b\nc]\nd: *x\n', { a: ['b c'], d: ['b c'] }],
    ['a: [x, two\n---\nlines]\n', undefined],
  ])('takes lines in brackets as far out as they are, as goyaml does: %j', (text, wanted) => {
    const read = readYaml(text, { file });
    expect(read.ok ? read.value[0]?.value : undefined).toEqual(wanted);
  });

  it('finds where a value is written', () => {
    const read = readYaml('x: 1\n---\na:\n  b:\n  - c\n  - d/e: 1\n', { file });
    const document = read.ok ? read.value[1] : undefined;
    expect(document?.position('/a/b/1/d~1e')).toEqual({ line: 6, column: 10 });
    expect(document?.position('')).toEqual({ line: 3, column: 1 });
    expect(document?.position('/a/b/7')).toEqual({ line: 5, column: 3 });
  });
});

describe('broken input', () => {
  it.each<[string, string, string, number]>([
    ['a colon too many', 'a: 1\nb: c: d', 'mapping values are not allowed in this context', 2],
    ['a tab', 'a:\n\tb: 1', 'found character that cannot start any token', 2],
    ['a key twice', 'a: 1\nb: 2\na: 3', 'mapping key already defined', 3],
    ['an unknown alias', 'a: *x', "unknown anchor 'x' referenced", 1],
    ['an open quote', 'a: "x', 'found unexpected end of stream', 1],
    ['a comma too many', 'b: 1\na: [x,,y]', 'did not find expected node content', 2],
    ['a cycle', 'a: &x [*x]', 'an anchor contains itself', 1],
    ['a mapping as key', '? {a: 1}\n: 1', 'a mapping or a list cannot be a key', 1],
    ['a number that JSON has not', '\na: .nan', '.nan is no number that JSON can hold', 2],
    ['control characters', 'a: \u0000', 'control characters are not allowed', 1],
  ])('%s', (_, text, message, line) => {
    const read = readYaml(text, { file });
    expect(read).toMatchObject({ ok: false, error: { message, where: { file, line } } });
  });

  it.each<[string, number]>([
    ['a: 1\nlines\nenv: 1\n', 3],
    ['a: 1\nlines\n  - y\nlines\nenv: 1\n', 4],
    ['a: 1\nlines\n  x\n\n\nlines2\n\n  z\nenv: 1\n', 6],
    ['a: 1\n"lines"\n\nlines2\nb\n', 4],
    ['a:\n  b: two\nlines\n  c:\n    d: 1\n', 4],
    ['a: 1\nb # c\n# d\ne: 1\n', 4],
    ['a: 1\nb\n\n# c\n', 4],
  ])('%j lacks a colon where the next thing begins, as libyaml sees it', (text, line) => {
    const { problem } = readYamlStream(text, { file });
    expect(problem === undefined ? '' : yamlErrorText(problem)).toContain(
      `yaml: line ${line}: could not find expected ':'`,
    );
  });

  it('lets a repeated key pass with a warning where that is asked for', () => {
    const stream = readYamlStream('a: 1\na: 2', { file, duplicateKeys: 'last' });
    expect(stream.documents[0]?.value).toEqual({ a: 2 });
    expect(stream.warnings).toMatchObject([{ code: 'yaml-duplicate-key', where: { line: 2 } }]);
  });

  it('is refused when aliases would explode', () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 10; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
      );
    expect(readYaml(lines.join('\n'), { file })).toMatchObject({
      ok: false,
      error: { code: 'yaml-too-large' },
    });
  });

  it.each([
    ['deep flow', '['.repeat(100_000)],
    ['deep JSON', `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
    ['deep blocks', '- '.repeat(10_000)],
    ['too many bytes', `a: ${'x'.repeat(2_000)}`],
  ])('is refused: %s', (_, text) => {
    expect(
      readYaml(text, {
        file,
        limits: { bytesMax: 1_000_000, ...(text.startsWith('a: x') && { bytesMax: 1_000 }) },
      }).ok,
    ).toBe(false);
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '? ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '&x',
      '*x',
      '|',
      '>',
      '#',
      '"',
      "'",
      '---',
      '\n---\n',
      '!!int',
      '<<',
      '\t',
      '1',
      '%',
      '...',
      '\r',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 60 }), (parts) => {
        const started = performance.now();
        readYamlStream(parts.join(''), { file });
        expect(performance.now() - started).toBeLessThan(2_000);
      }),
      { numRuns: 1_500 },
    );
  });
});

describe('writing', () => {
  it('prints as sigs.k8s.io/yaml does', () => {
    const data = {
      metadata: { name: 'a', annotations: {} },
      list: [1, { b: 'x', a: [[1], []] }],
      a10: 'yes',
      a2: '1',
      y: 1,
      quote: "it's: x",
      star: '*a',
      text: 'one\ntwo\n',
      kept: 'x\n\n',
      none: null,
      tab: 'a\tb',
      half: 1234567.5,
    };
    expect(writeYaml(data)).toBe(
      [
        'a2: "1"',
        'a10: "yes"',
        'half: 1.2345675e+06',
        'kept: |+',
        '  x',
        '',
        'list:',
        '- 1',
        '- a:',
        '  - - 1',
        '  - []',
        '  b: x',
        'metadata:',
        '  annotations: {}',
        '  name: a',
        'none: null',
        "quote: 'it''s: x'",
        "star: '*a'",
        'tab: "a\\tb"',
        'text: |',
        '  one',
        '  two',
        '"y": 1',
        '',
      ].join('\n'),
    );
  });

  it('is read back as the same data', () => {
    const data = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        // Upstream's writer takes these two for ends of lines, as YAML 1.1 does; YAML 1.2, and so our reader, does not.
        fc.string({ unit: 'grapheme' }).filter((text) => !/[\u2028\u2029]/.test(text)),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(
          'yes',
          '1',
          '- a',
          'a: b',
          ' x',
          'x ',
          'a\nb',
          '\n',
          'a \nb',
          '#',
          '---',
          '2001-01-01',
          '1e3',
          'word '.repeat(40),
          '',
          'a\n b\n\n',
        ),
        tie('list'),
        tie('map'),
      ),
      list: fc.array(tie('node'), { maxLength: 4 }),
      // Upstream writes this key as it is, and reads it as a merge.
      map: fc.dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== '<<'),
        tie('node'),
        { maxKeys: 4 },
      ),
    })).map;
    fc.assert(
      fc.property(data, (original) => {
        const text = writeYaml({ original });
        const read = readYaml(text, { file });
        expect(read.ok ? read.value[0]?.value : read.error, text).toEqual({
          original: JSON.parse(JSON.stringify(original)),
        });
      }),
      { numRuns: 500 },
    );
  });
});
