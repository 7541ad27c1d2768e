import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { positionsOf } from '../index.ts';
import { readCommon } from './common.ts';
import { placesOf } from './places.ts';
import { kubernetesSchema } from './schema.ts';
import { writeGoYaml, writeYaml } from './write.ts';

const runs = { numRuns: 300, seed: 7 };

/** What the whole library says; undefined where it refuses. */
function whole(given: string): { readonly value: unknown } | undefined {
  // The library puts a line break behind a text that has none; a `|` block would get it, too.
  const text = given.endsWith('\n') || !given.includes('|') ? given : `${given}\n# end`;
  try {
    return { value: load(text, { schema: kubernetesSchema }) };
  } catch {
    return undefined;
  }
}

const words = fc.constantFrom(
  'a',
  'b: c',
  'yes',
  '1',
  '0x1f',
  "it's",
  '"',
  '#',
  '- x',
  'two\nlines\n',
  ' lead',
  '',
  '~',
  'a #b',
  'é',
  '{x',
  '[',
  '|',
  'x:',
  '\t',
  'k8s.io/app',
  '*',
  '<<',
);
const data = fc.letrec((tie) => ({
  leaf: fc.oneof(words, fc.string({ maxLength: 90 }), fc.integer(), fc.boolean(), fc.constant(null)),
  tree: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(words, fc.string({ maxLength: 8 })), tie('tree'), { maxKeys: 4 }),
  ),
})).tree;

/** Lines as people write them, right and wrong, put together by chance. */
const line = fc.constantFrom(
  'a: b',
  'b: 1',
  '  c: d',
  '- e',
  '  - f: g',
  '    h: |',
  '      text',
  '  more words',
  '# note',
  '',
  '  i: # note',
  'j: {k: l, "m": [1, x y]}',
  'n: []',
  "o: 'it''s'",
  'p: "q\\n',
  '  r"',
  's:',
  '-',
  '- - t',
  '  u: |-',
  '    v: w',
  '   odd',
  'x: >',
  'y: &z 1',
  '---',
  '"k": v',
  '  ? q',
  'a : b',
  'w: a:b',
  'w: [a',
  't:\tx',
  '  |',
  '- "x": y',
  '-  z: 1',
  '   zz: 2',
  '  : x',
  'q: "a" b',
  'r: a # b',
  '%x',
);
const soup = fc.array(line, { maxLength: 9 }).map((lines) => lines.join('\n'));

describe('YAML as it is mostly written', () => {
  it('means what the whole library says that it means', () => {
    const same = (text: string): void => {
      const quick = readCommon(text.includes('|') ? `${text}\n` : text);
      if (quick !== undefined) expect({ text, ...quick }).toEqual({ text, ...whole(text) });
    };
    fc.assert(fc.property(soup, same), { ...runs, numRuns: 5_000 });
    fc.assert(
      fc.property(data, (value) => same(writeYaml(value))),
      runs,
    );
    fc.assert(fc.property(fc.string({ maxLength: 60 }), same), runs);
  });

  it.each([
    ['a: |\n  text', 'text'],
    ['a: |\n  text\n', 'text\n'],
    ['a: |+\n  text', 'text'],
    ['a: |+\n  text\n\n', 'text\n\n'],
    ['a: |\n  text\n\n', 'text\n'],
    ['a: |-\n  text\n', 'text'],
  ])('gives %j the line break that goyaml gives it', (text, value) => {
    expect(readCommon(text)?.value).toEqual({ a: value });
  });

  it('is read by the quick reader', () => {
    const text =
      'a:\n  b: [1, {c: "d e"}]\n  f: |\n    g\n\n    h\nlist:\n- x: w\n  z: plain\n    words\n-\n- \'q\'\nend:\n';
    expect(readCommon(text)?.value).toEqual({
      a: { b: [1, { c: 'd e' }], f: 'g\n\nh\n' },
      list: [{ x: 'w', z: 'plain words' }, null, 'q'],
      end: null,
    });
  });

  it.each([
    'a: &b 1\nc: *b',
    'a: !!str 1',
    'a: 1\na: 2',
    'a: >\n  b',
    '<<: {a: 1}',
    'a:\t1',
    '__proto__: 1',
    '? a',
    'yes: 1',
    'text',
  ])('leaves %j to the library', (text) => expect(readCommon(text)).toBeUndefined());

  it('tells places as the whole library does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), data, { maxKeys: 4 }), (value) => {
        const text = writeGoYaml(JSON.parse(JSON.stringify(value)));
        const quick = placesOf(text, 3);
        for (const [pointer, place] of positionsOf(text, 3))
          if (quick.has(pointer) && pointer !== '')
            expect([text, pointer, quick.get(pointer)]).toEqual([text, pointer, place]);
      }),
      runs,
    );
  });
});
