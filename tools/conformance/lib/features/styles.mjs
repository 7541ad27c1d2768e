// Files as people write them: scalars in every style, comments, anchors, blank lines, and merges over them.
import { yamlOf } from './chance.mjs';

const scalarTexts = [
  'plain',
  '"quoted"',
  "'single'",
  '"8080"',
  "'true'",
  '8080',
  '0o17',
  '017',
  '1_000',
  '1.50',
  '.5',
  '1e3',
  'true',
  'yes',
  '"no"',
  'on',
  'null',
  '~',
  '',
  '""',
  "''",
  '"null"',
  '2024-01-02',
  '"2024-01-02"',
  '"a\\tb\\u00e9"',
  "'it''s'",
  '!!str 5',
  '!!int "5"',
  'a #b',
  'a # comment',
  '"a: b"',
  'x:y',
  '-1',
  '+1',
  '"-"',
  '|\n{i}line one\n{i}line two\n',
  '|-\n{i}3\n',
  '>\n{i}folded\n{i}text\n',
  '>-\n{i}true\n',
  '|+\n{i}kept\n\n',
  '"long words that go on and on, long words that go on and on, long words that go on and on"',
];
const patchTexts = [
  '3',
  'true',
  '1.5',
  '"4"',
  "'x'",
  'plain',
  'null',
  '',
  '|-\n{i}7\n',
  '"yes"',
  '0x10',
  '1.0',
];
// A number as the name of an annotation makes upstream fail.
const keys = ['a', 'b', 'c', 'd', '"e"', 'f.g', 'y', 'z'];

/** Lines of a mapping whose values are scalars in any style. */
function mapping(c, indent, from, likely) {
  return c
    .some(keys, likely)
    .map((key) => {
      const value = c.pick(from).replaceAll('{i}', `${indent}  `);
      const comment = c.is(0.1) ? `${indent}# about ${key}\n` : '';
      return `${comment}${indent}${key}:${value === '' ? '' : ` ${value.replace(/\n$/, '')}`}\n`;
    })
    .join('');
}

function document(c, kind, name, from, likely, more = '') {
  const group = kind === 'ConfigMap' ? 'v1' : kind === 'Deployment' ? 'apps/v1' : 'example.com/v1';
  const labels = mapping(c, '    ', ['x', '"1"', "'y'", '"true"', 'plain'], 0.3);
  const notes = mapping(c, '    ', from, 0.25);
  const data = mapping(c, '  ', from, likely);
  const lists = c.is(0.5)
    ? `  items:\n${['x', 'y'].map((item) => `  - name: ${item}\n    value: ${c.pick(from.filter((one) => !one.includes('\n')))}\n`).join('')}`
    : '';
  const deep = c.is(0.6) ? `  deep:\n${mapping(c, '    ', from, 0.4) || '    {}\n'}` : '';
  const env =
    kind === 'Deployment'
      ? `  template:\n    spec:\n      containers:\n      - name: c\n        env:\n${['A', 'B', 'C']
          .map(
            (item) =>
              `        - name: ${item}\n          value: ${c.pick(from.filter((one) => !one.includes('\n')))}\n`,
          )
          .join('')}`
      : '';
  const body = `${data}${deep}${lists}${env}`;
  return (
    `apiVersion: ${group}\nkind: ${kind}\nmetadata:\n  name: ${name}\n` +
    (labels === '' ? '' : `  labels:\n${labels}`) +
    (notes === '' ? '' : `  annotations:\n${notes}`) +
    (body === '' ? '' : `${kind === 'ConfigMap' ? 'data' : 'spec'}:\n${body}`) +
    more
  );
}

export function styles(c) {
  const kinds = ['ConfigMap', 'Widget', 'Deployment'];
  const kind = c.pick(kinds);
  const anchored = c.is(0.3)
    ? 'extra:\n  one: &one {k: "v", n: 3}\n  two: *one\n  three: {<<: *one, m: "x"}\n'
    : '';
  const files = {
    'base/a.yaml': `${c.is(0.3) ? '# first\n---\n' : ''}${document(c, kind, 'a', scalarTexts, 0.5, anchored)}`,
    'base/b.yaml': document(c, c.pick(kinds), 'b', scalarTexts, 0.4),
    'base/kustomization.yaml': yamlOf({
      resources: ['a.yaml', 'b.yaml'],
      ...c.fields({ namePrefix: [0.2, 'p-'], commonLabels: [0.15, { l: '1' }], namespace: [0.2, 'ns'] }),
    }),
  };
  files['top/patch.yaml'] = document(c, kind, 'a', patchTexts, 0.5);
  files['top/second.yaml'] = document(c, kind, 'a', patchTexts, 0.3);
  const group = kind === 'ConfigMap' ? 'v1' : kind === 'Deployment' ? 'apps/v1' : 'example.com/v1';
  const source = {
    kind,
    name: 'a',
    fieldPath: c.pick(['metadata.name', kind === 'ConfigMap' ? 'data.a' : 'spec.a']),
  };
  const holder = kind === 'ConfigMap' ? 'data' : 'spec';
  files['top/kustomization.yaml'] = yamlOf({
    resources: ['../base'],
    ...c.fields({
      patches: [
        0.75,
        () => [
          { path: 'patch.yaml', ...(c.is(0.3) ? { target: { kind } } : {}) },
          ...(c.is(0.4) ? [{ path: 'second.yaml' }] : []),
          ...(c.is(0.15)
            ? [
                {
                  target: { kind, version: group.split('/').at(-1) },
                  patch: '[{"op": "add", "path": "/metadata/labels", "value": {"j": "1"}}]',
                },
                { path: 'second.yaml' },
              ]
            : []),
        ],
      ],
      replacements: [
        0.35,
        () => [
          {
            source,
            targets: [
              {
                select: { kind },
                fieldPaths: [
                  c.pick([`${holder}.b`, `${holder}.c`, `${holder}.deep.a`, 'metadata.annotations.n']),
                ],
                ...(c.is(0.7) ? { options: { create: true } } : {}),
              },
            ],
          },
        ],
      ],
      commonAnnotations: [0.2, { note: '1' }],
      labels: [0.2, [{ pairs: { b: '2' }, includeTemplates: true }]],
    }),
  });
  return files;
}
