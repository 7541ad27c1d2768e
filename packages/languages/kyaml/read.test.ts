import { readKyaml } from '@plumbline/languages';
import { describe, expect, it } from 'vitest';

const valueOf = (text: string): unknown => {
  const read = readKyaml(text, 'a.yaml');
  return read.ok ? read.value.map(({ value }) => value) : read.error.message;
};

describe('readKyaml', () => {
  it.each<[string, unknown]>([
    ['yes', 'yes'],
    ['on', 'on'],
    ['True', true],
    ['~', null],
    ['010', 8],
    ['0o17', 15],
    ['0b11', 3],
    ['0x1F', 31],
    ['1_000', 1000],
    ['08', 8],
    ['1e3', 1000],
    ['.5', 0.5],
    ['9007199254740993', 9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['100000000000000000000', 1e20],
    ['12:30:45', '12:30:45'],
    ['2020-01-01', '2020-01-01T00:00:00Z'],
    ['2020-02-30', '2020-02-30'],
    ['2001-12-14t21:59:43.10-05:00', '2001-12-14T21:59:43.1-05:00'],
    ['!!str 5', '5'],
    ['!!binary aGVsbG8=', 'hello'],
    ['!custom 5', '5'],
  ])('a plain %s is %s', (text, expected) => expect(valueOf(`a: ${text}\n`)).toEqual([{ a: expected }]));

  it.each<[string, string, unknown]>([
    ['cuts at separators with comments', 'a: 1\n--- # two\nb: 2\n---\n', [{ a: 1 }, { b: 2 }]],
    ['keeps the end of the last block', 'a: |\n  x\n---\nb: 1\n', [{ a: 'x\n' }, { b: 1 }]],
    ['reads no line end where the text has none', 'a: |\n  x', [{ a: 'x' }]],
    ['reads Windows lines', 'a: |\r\n  x\r\nb: 1\r\n', [{ a: 'x\n', b: 1 }]],
    ['refuses other separators', 'a: 1\n---x\nb: 2\n', 'invalid document separator: ---x'],
    [
      'inflates anchors',
      'a: &x {k: 1}\nb: *x\nc: {<<: *x, l: 2}\n',
      [{ a: { k: 1 }, b: { k: 1 }, c: { k: 1, l: 2 } }],
    ],
    [
      'says where a text is broken',
      'a: 1\nb: c: d\n',
      'MalformedYAMLError: yaml: line 2: mapping values are not allowed in this context',
    ],
    [
      'refuses keys that come twice',
      'a: 1\na: 2\n',
      'yaml: unmarshal errors:\n  line 2: mapping key already defined',
    ],
    ['refuses infinity', 'a: .inf\n', 'json: unsupported value: .inf'],
    ['folds as go-yaml writes', 'a: >-\n  one\n  two\n    deep\n', [{ a: 'one two\n\n  deep' }]],
    ['leaves blocks in blocks alone', 'a: |\n  x: >\n    y\n      z\n', [{ a: 'x: >\n  y\n    z\n' }]],
    [
      'reads what looks like the head of a block inside of one as text',
      'a:\n  b: |\n    c: |\n      d',
      [{ a: { b: 'c: |\n  d' } }],
    ],
    [
      'keeps the text of annotations',
      'metadata: {annotations: {a: 1.10, b: True, c: 2020-01-01, d: , e: null}}\n',
      [{ metadata: { annotations: { a: '1.10', b: 'True', c: '2020-01-01', d: '', e: 'null' } } }],
    ],
  ])('%s', (_, text, expected) => expect(valueOf(text)).toEqual(expected));

  it('shares nothing between what aliases repeat', () => {
    const [document] = valueOf('a: &x {k: 1}\nb: *x\n') as [{ a: object; b: object }];
    expect(document.a).not.toBe(document.b);
  });

  it('refuses aliases that explode', () => {
    const lines = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`,
    );
    expect(valueOf(`l0: &l0 [x]\n${lines.join('\n')}\n`)).toBe('document contains excessive aliasing');
  });

  it('tells nulls that are written from those that are not', () => {
    const read = readKyaml('a:\nb: null\nc: ~\n', 'a.yaml');
    const [document] = read.ok ? read.value : [];
    const value = document?.value as object;
    expect(['a', 'b', 'c'].map((key) => document?.isSilentNull(value, key))).toEqual([true, false, false]);
  });

  it('knows where each field is written', () => {
    const read = readKyaml('# c\na: 1\n---\nb:\n- name: x\n  v: &v {k: 2}\nc: *v\n', 'a.yaml');
    const positions = read.ok ? read.value[1]?.positions() : undefined;
    expect(['/b', '/b/0', '/b/0/v', '/b/0/v/k', '/c', '/c/k'].map((at) => positions?.get(at)?.line)).toEqual([
      4, 5, 6, 6, 7, 6,
    ]);
  });

  it('keeps nulls beside anchors, and knows how scalars were written', () => {
    const read = readKyaml('a: &a {x: null, y: "1"}\nb: *a\nc: ~\nd: 1.50\ne: |\n  t\n', 'f');
    const [document] = read.ok ? read.value : [];
    expect(document?.value).toEqual({
      a: { x: null, y: '1' },
      b: { x: null, y: '1' },
      c: null,
      d: 1.5,
      e: 't\n',
    });
    const root = document?.value as Record<string, object>;
    const { styles } = document ?? {};
    expect([
      styles?.isQuoted(root['b'] ?? {}, 'y'),
      styles?.isQuoted(root, 'd'),
      styles?.isQuoted(root, 'e'),
      styles?.isQuoted(root, 'q'),
      styles?.plainText(root, 'd'),
    ]).toEqual([true, false, true, undefined, '1.50']);
  });
});
