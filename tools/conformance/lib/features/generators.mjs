import { texts, yamlOf } from './chance.mjs';

const literalTexts = [
  'a=1',
  'b=',
  "c='quoted'",
  'd="double"',
  'e=x=y',
  '=novalue',
  'noequals',
  'f= spaced ',
  "g='half",
  "h='in\"side'",
  'i=ü',
  'j=line\nbreak',
  'k="a\\nb"',
  'a=again',
  'l.m-n_o=ok',
  'bad key=1',
  '.=x',
  '..=x',
  'p=true',
  'q=1.0',
  "r=''",
  's="',
];
const goodLiterals = literalTexts.filter((one) => !/^(=|noequals|bad|a=again|\.)/.test(one));
const goodEnvFiles = [
  'A=1\nB=two words\n',
  '# comment\n\n  C=3\n',
  '\ufeffE=5\n',
  'F="quoted"\nG=2\n',
  'I=a#b\n',
  '',
  'L-m.n=x\n',
  'H==\n',
];
const envFiles = [
  'A=1\nB=two words\n',
  '# comment\n\n  C=3\nD\n',
  '\ufeffE=5\n',
  'F="quoted"\r\nG=2\r\n',
  'bad key=1\n',
  'H==\n',
  'I=a#b\n',
  'export J=1\n',
  '',
  '1K=x\n',
  'L-m.n=x\n',
  'A=dup\n',
  'M=\xff\n',
  'N = spaced\n',
];

function args(c, kind, name) {
  return {
    ...(c.is(0.98) ? { name } : {}),
    ...c.fields({
      namespace: [0.15, () => c.pick(['own', 'other'])],
      behavior: [0.05, () => c.pick(['create', 'merge', 'replace', 'nonsense', 'unspecified', ''])],
      literals: [0.7, () => c.some(c.is(0.7) ? goodLiterals : literalTexts, 0.2).concat('one=1')],
      files: [
        0.4,
        () =>
          c.pick([
            ['file.txt'],
            ['key=file.txt'],
            ['sub/other.bin'],
            ['file.txt', 'sub/other.bin'],
            ['missing.txt'],
            ['=file.txt'],
            ['a=b=file.txt'],
            ['key='],
            ['sub'],
            ['../outside.txt'],
            ['bad key=file.txt'],
            ['empty.txt', 'long.txt'],
            ['x=long.bin'],
          ]),
      ],
      envs: [0.3, () => c.pick([['x.env'], ['x.env', 'y.env'], ['missing.env']])],
      env: [0.04, 'y.env'],
      type: [kind === 'secretGenerator' ? 0.4 : 0.01, () => c.pick(['Opaque', 'kubernetes.io/tls', 'x'])],
      options: [0.3, () => options(c)],
    }),
  };
}

function options(c) {
  return c.fields({
    labels: [0.4, () => ({ l: c.pick(texts), z: '1', a: '2' })],
    annotations: [
      0.4,
      () => ({ n: c.pick(texts), 'config.kubernetes.io/local-config': c.is(0.1) ? 'true' : 'false' }),
    ],
    disableNameSuffixHash: [0.4, () => c.is(0.7)],
    immutable: [0.3, () => c.is(0.7)],
  });
}

export function generators(c) {
  const files = {
    'file.txt': c.pick([
      'text\n',
      'no end',
      '',
      'tab\there\n',
      'trailing \nspace\n',
      '\n\nleading',
      'ü\n',
      'a: b\n# x\n',
      '  indented\nlines\n',
      'cr\r\nlf\r\n',
      'x'.repeat(100),
      '---\n',
    ]),
    'empty.txt': '',
    'long.txt': `${'a long line of words '.repeat(12)}\n`,
    'long.bin': Buffer.from(Array.from({ length: 80 + c.int(60) }, (_, i) => (i * 37 + 200) & 255)),
    'sub/other.bin': c.pick([
      Buffer.from([255, 254, 0, 1]),
      'plain',
      Buffer.from([0xc3, 0x28]),
      Buffer.from([0]),
    ]),
    'x.env': c.pick(c.is(0.8) ? goodEnvFiles : envFiles),
    'y.env': c.pick(c.is(0.8) ? goodEnvFiles : envFiles),
    'user.yaml': yamlOf({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'user' },
      spec: {
        containers: [
          {
            name: 'c',
            image: 'x',
            envFrom: [{ configMapRef: { name: 'gen' } }, { secretRef: { name: 'sec' } }],
          },
        ],
        volumes: [
          {
            name: 'v',
            projected: { sources: [{ configMap: { name: 'gen' } }, { secret: { name: 'sec' } }] },
          },
        ],
      },
    }),
  };
  const base = {
    resources: ['user.yaml'],
    configMapGenerator: [
      args(c, 'configMapGenerator', 'gen'),
      ...(c.is(0.3) ? [args(c, 'configMapGenerator', c.pick(['two', 'gen']))] : []),
    ],
    ...c.fields({
      secretGenerator: [0.5, () => [args(c, 'secretGenerator', 'sec')]],
      generatorOptions: [0.3, () => options(c)],
      namePrefix: [0.2, 'p-'],
      namespace: [0.2, 'ns'],
    }),
  };
  files['kustomization.yaml'] = yamlOf(base);
  if (c.is(0.5)) return files;
  const moved = Object.fromEntries(Object.entries(files).map(([path, text]) => [`base/${path}`, text]));
  const over = {
    resources: ['../base'],
    configMapGenerator: [
      { ...args(c, 'configMapGenerator', 'gen'), behavior: c.pick(['merge', 'merge', 'replace', 'create']) },
    ],
    ...c.fields({
      generatorOptions: [0.3, () => options(c)],
      nameSuffix: [0.2, '-s'],
      namespace: [0.2, 'over'],
      secretGenerator: [
        0.3,
        () => [{ ...args(c, 'secretGenerator', 'sec'), behavior: c.pick(['merge', 'replace']) }],
      ],
    }),
  };
  for (const name of ['file.txt', 'empty.txt', 'long.txt', 'long.bin', 'sub/other.bin', 'x.env', 'y.env'])
    moved[`top/${name}`] = files[name];
  return { ...moved, 'top/kustomization.yaml': yamlOf(over) };
}
