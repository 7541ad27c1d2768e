import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYaml } from '../yaml/index.ts';
import { editYaml, rewriteYaml } from './index.ts';
import type { YamlEdit } from './index.ts';

const text = `# Ours
apiVersion: kustomize.config.k8s.io/v1beta1   # the version
kind: Kustomization

resources:
- a.yaml # first

- b.yaml
# about images
images:
  - name: nginx
    newTag: "1.0"  # pinned
  - digest: sha256:1
    name: redis
labels: {a: b, "c": d}
namespace: 'old'
# the end
`;

function edited(...edits: YamlEdit[]): string {
  const done = editYaml(text, edits);
  return done.ok ? done.value : `error: ${done.error.message}`;
}

/** The lines that an edit changed, as `-before` and `+after`. */
function change(...edits: YamlEdit[]): string[] {
  const before = text.split('\n');
  const after = edited(...edits).split('\n');
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `-${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+${line}`),
  ];
}

describe('editYaml', () => {
  it.each<[string, YamlEdit, string[]]>([
    [
      'keeps single quotes',
      { type: 'set', path: ['namespace'], value: 'new' },
      ["-namespace: 'old'", "+namespace: 'new'"],
    ],
    [
      'keeps double quotes and comments',
      { type: 'set', path: ['images', 0, 'newTag'], value: '1.10' },
      ['-    newTag: "1.0"  # pinned', '+    newTag: "1.10"  # pinned'],
    ],
    [
      'quotes what could be a number',
      { type: 'set', path: ['kind'], value: '1e3' },
      ['-kind: Kustomization', '+kind: "1e3"'],
    ],
    [
      'adds a field to an item',
      { type: 'set', path: ['images', 0, 'newName'], value: 'x/y' },
      ['+    newName: x/y'],
    ],
    [
      'adds an item as the others are written',
      { type: 'append', path: ['resources'], value: 'c.yaml' },
      ['+- c.yaml'],
    ],
    [
      'adds a mapping to a list',
      { type: 'append', path: ['images'], value: { name: 'z', newTag: '2.0' } },
      ['+  - name: z', '+    newTag: "2.0"'],
    ],
    [
      'adds to braces',
      { type: 'set', path: ['labels', 'e'], value: 'f, g' },
      ['-labels: {a: b, "c": d}', '+labels: {a: b, "c": d, e: "f, g"}'],
    ],
    [
      'takes out of braces',
      { type: 'remove', path: ['labels', 'a'] },
      ['-labels: {a: b, "c": d}', '+labels: {"c": d}'],
    ],
    [
      'takes the last out of braces',
      { type: 'remove', path: ['labels', 'c'] },
      ['-labels: {a: b, "c": d}', '+labels: {a: b}'],
    ],
    ['takes lines out', { type: 'remove', path: ['resources', 0] }, ['-- a.yaml # first']],
    [
      'takes the field behind a dash out',
      { type: 'remove', path: ['images', 1, 'digest'] },
      ['-  - digest: sha256:1', '-    name: redis', '+  - name: redis'],
    ],
    ['takes nothing out that is not there', { type: 'remove', path: ['images', 7] }, []],
    [
      'adds a field that is not there',
      { type: 'set', path: ['nameSuffix'], value: '-x' },
      ['+nameSuffix: -x'],
    ],
    [
      'makes lists that are not there',
      { type: 'append', path: ['components'], value: '../c' },
      ['+components:', '+- ../c'],
    ],
    ['refuses fields of lists', { type: 'set', path: ['images', 'x'], value: 1 }, []],
  ])('%s', (name, edit, lines) => {
    if (name.startsWith('refuses')) return expect(edited(edit)).toBe('error: a list has no field x');
    expect(change(edit)).toEqual(lines);
  });

  it('takes a list away with its last item, and leaves comments', () => {
    expect(
      edited({ type: 'remove', path: ['resources', 1] }, { type: 'remove', path: ['resources', 0] }),
    ).toBe(text.replace('resources:\n- a.yaml # first\n\n- b.yaml\n', '\n'));
  });

  it('begins with nothing', () => {
    expect(editYaml('', [{ type: 'append', path: ['resources'], value: 'a.yaml' }])).toEqual({
      ok: true,
      value: 'resources:\n- a.yaml\n',
    });
    expect(editYaml('# only this', [{ type: 'set', path: ['a', 'b'], value: 1 }])).toEqual({
      ok: true,
      value: '# only this\na:\n  b: 1\n',
    });
  });

  it('fills what is empty', () => {
    const empty = editYaml('images: []\nresources:\nlabels: {}\n', [
      { type: 'append', path: ['images'], value: 'x' },
      { type: 'append', path: ['resources'], value: 'a' },
      { type: 'set', path: ['labels', 'b'], value: 'c' },
    ]);
    expect(empty.ok && empty.value).toBe('images:\n- x\nresources:\n- a\nlabels: {b: c}\n');
  });

  it('writes long texts as blocks', () => {
    const done = editYaml('patches:\n- path: a\n', [
      { type: 'append', path: ['patches'], value: { patch: 'a: 1\nb: 2\n' } },
    ]);
    expect(done.ok && done.value).toBe('patches:\n- path: a\n- patch: |\n    a: 1\n    b: 2\n');
  });

  it('gives a text that reads as it is meant', () => {
    const scalar = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.integer(),
      fc.boolean(),
      fc.constantFrom('yes', '1.0', 'a: b', '#x', '- y', 'é'),
    );
    const path = fc.constantFrom(
      ['namespace'],
      ['images', 0, 'newTag'],
      ['labels', 'new'],
      ['resources', 0],
      ['added', 'deep'],
    );
    fc.assert(
      fc.property(path, scalar, (where, value) => {
        const done = editYaml(text, [{ type: 'set', path: where, value }]);
        if (!done.ok) throw new Error(done.error.message);
        const read = readYaml(done.value, { file: 'a.yaml' });
        let at: unknown = read.ok ? read.value[0]?.value : read.error;
        for (const part of where) at = (at as Record<string | number, unknown>)[part];
        expect(at).toEqual(value);
      }),
    );
  });
});

describe('rewriteYaml', () => {
  it('prints as kyaml does, with comments, order and quotes', () => {
    const done = rewriteYaml('# top\nb:   [1,  2]\na:\n    - x: "1"   # one\n\n    - y\n', [
      { path: ['a', 0, 'x'], value: '2' },
    ]);
    expect(done.ok && done.value).toBe('# top\nb: [1, 2]\na:\n- x: "2" # one\n- y\n');
  });

  it('refuses what is no YAML', () => {
    expect(rewriteYaml('a: [', []).ok).toBe(false);
  });
});
