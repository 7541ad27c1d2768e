// node tools/conformance/kustomize-edit.mjs [--fuzz N] [--seed S] [-v]: N kustomization files by chance, with comments and in odd forms,
// edited by the real `kustomize edit` and by `plumb kustomize edit`. The real one writes the whole file anew and ours leaves what is not
// changed, so what counts is that both refuse or say the same as data, and that ours keeps every line that says what it said before.
// Ends with `N passed, N failed`.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { isDeepStrictEqual, promisify } from 'node:util';
import { load } from 'js-yaml';
import { tsImport } from 'tsx/esm/api';
import { chance } from './lib/features/chance.mjs';
import { numberOf, oracle } from './lib/generated.mjs';

const { runProgram } = await tsImport('../../packages/cli/program.ts', import.meta.url);
const exec = promisify(execFile);
const binary = oracle('kustomize');

const other = {
  'a.yaml': '',
  'b.yaml': '',
  'sub/c.yaml': '',
  'dir/kustomization.yaml': '{}\n',
  'x.env': 'K=v\nL=w\n',
  'file.txt': 'text\n',
};

/** A field in one of its forms, with the comments that people put there. */
function fieldsOf(c) {
  const list = (name, items, flow = 0.25) => {
    const some = c.some(items, 0.6);
    if (some.length === 0) return c.is(0.3) ? `${name}: []\n` : '';
    if (c.is(flow)) return `${name}: [${some.join(', ')}]${c.is(0.3) ? ' # flow' : ''}\n`;
    const indent = c.is(0.5) ? '  ' : '';
    const item = (text) =>
      `${c.is(0.15) ? `${indent}# about\n` : ''}${indent}- ${text.replaceAll('\n', `\n${indent}`)}${c.is(0.1) ? ' # why' : ''}\n`;
    return `${name}:\n${some.map(item).join('')}`;
  };
  const table = (name, pairs) => {
    const some = c.some(pairs, 0.6);
    if (some.length === 0) return '';
    if (c.is(0.25)) return `${name}: {${some.map(([key, value]) => `${key}: ${value}`).join(', ')}}\n`;
    return `${name}:\n${some.map(([key, value]) => `  ${key}: ${value}${c.is(0.15) ? ' # note' : ''}\n`).join('')}`;
  };
  const all = {
    head: () => 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n',
    resources: () => list('resources', ['a.yaml', '"b.yaml"', 'sub/c.yaml', 'dir']),
    components: () => list('components', ['dir']),
    namespace: () => `namespace: ${c.pick(['ns', '"ns"', "'other'"])}\n`,
    namePrefix: () => 'namePrefix: p-   # prefix\n',
    nameSuffix: () => 'nameSuffix: "-s"\n',
    commonLabels: () =>
      table('commonLabels', [
        ['app', 'x'],
        ['tier', '"1"'],
      ]),
    commonAnnotations: () =>
      table('commonAnnotations', [
        ['note', 'yy'],
        ['a.b/c', "'z'"],
      ]),
    labels: () => 'labels:\n- pairs:\n    team: blue\n',
    images: () =>
      list(
        'images',
        ['{name: nginx, newTag: "1"}', 'name: app\n  newName: reg.io/app', '{name: db, digest: "sha256:aa"}'],
        0,
      ),
    replicas: () => list('replicas', ['{name: web, count: 2}', '{name: api, count: 1}'], 0),
    buildMetadata: () => list('buildMetadata', ['originAnnotations', 'managedByLabel']),
    transformers: () => list('transformers', ['a.yaml', 'b.yaml']),
    generators: () => list('generators', ['a.yaml']),
    configMapGenerator: () =>
      list(
        'configMapGenerator',
        ['name: cm\n  literals:\n  - k=v\n  - l=w', '{name: two, files: [file.txt]}'],
        0,
      ),
    secretGenerator: () => list('secretGenerator', ['{name: sec, literals: [p=q], type: Opaque}'], 0),
    patches: () =>
      list('patches', ['path: a.yaml', '{path: b.yaml, target: {kind: Deployment, name: web}}'], 0),
  };
  const names = Object.keys(all).slice(1);
  const chosen = c.some(names, 0.35).sort(() => c.next() - 0.5);
  const lines = chosen.map((name) => {
    const gap = c.is(0.2) ? '\n' : '';
    const comment = c.is(0.2) ? `# ${name} is here\n` : '';
    return `${gap}${comment}${all[name]()}`;
  });
  return `${c.is(0.15) ? '# first\n' : ''}${c.is(0.1) ? '---\n' : ''}${c.is(0.6) ? all.head() : ''}${lines.join('')}${c.is(0.15) ? '# last\n' : ''}`;
}

function commandOf(c) {
  const image = () =>
    c.pick([
      'nginx:2',
      'nginx=reg.io/nginx',
      'app=reg.io/x:3',
      'db@sha256:bb',
      'new=y@sha256:cc',
      'nginx=*:9',
      'app=*',
      'nginx',
      'a=b=c',
    ]);
  const pair = () =>
    c.pick(['app:z', 'team:red', 'note:q', 'a.b/c:v', 'k:', 'new:"x"', 'tier:2', 'nothing', 'a:b,c:d']);
  const keysOf = () =>
    c.pick(['app', 'tier', 'note', 'a.b/c', 'app,tier', 'missing', 'note,missing', 'team']);
  const path = () => c.pick(['a.yaml', 'b.yaml', 'sub/c.yaml', 'dir', 'missing.yaml', '*.yaml', 'sub/*']);
  // Upstream lets a kustomization that a pattern finds be a generator of itself.
  const onePath = () => c.pick(['a.yaml', 'b.yaml', 'sub/c.yaml', 'missing.yaml', 'sub/*']);
  const patch = () => [
    ...c.pick([
      ['--path', 'a.yaml'],
      ['--path', 'b.yaml'],
      ['--patch', 'x: 1'],
      ['--path', 'missing.yaml'],
    ]),
    ...(c.is(0.5) ? ['--kind', 'Deployment'] : []),
    ...(c.is(0.5) ? ['--name', 'web'] : []),
    ...(c.is(0.2) ? ['--label-selector', 'a=b'] : []),
  ];
  const option = () =>
    c.pick([
      'originAnnotations',
      'managedByLabel',
      'transformerAnnotations',
      'originAnnotations,managedByLabel',
      'nonsense',
    ]);
  return c.pick([
    () => ['set', 'image', image(), ...(c.is(0.3) ? [image()] : [])],
    () => ['set', 'image', image()],
    () => ['set', 'replicas', c.pick(['web=3', 'new=1', 'api=0', 'web=x', 'web'])],
    () => ['set', 'label', pair()],
    () => ['set', 'annotation', pair()],
    () => ['set', 'namespace', c.pick(['ns', 'other', 'third'])],
    () => ['set', 'nameprefix', c.pick(['q-', 'p-'])],
    () => ['set', 'namesuffix', '--', c.pick(['-q', '-s'])],
    () => ['set', 'buildmetadata', option()],
    () => [
      'set',
      'configmap',
      c.pick(['cm', 'two', 'none']),
      `--from-literal=${c.pick(['k=new', 'l=2', 'missing=1'])}`,
    ],
    () => ['set', 'configmap', c.pick(['cm', 'none']), '--new-namespace=moved'],
    () => ['set', 'secret', 'sec', '--from-literal=p=2'],
    () => ['add', 'resource', path(), ...(c.is(0.3) ? [path()] : [])],
    () => ['add', 'component', path()],
    () => ['add', 'generator', onePath()],
    () => ['add', 'transformer', onePath()],
    () => ['add', 'base', c.pick(['dir', 'missing', 'dir,sub'])],
    () => [
      'add',
      'label',
      pair(),
      ...(c.is(0.3) ? ['-f'] : []),
      ...(c.is(0.3) ? ['--without-selector'] : []),
      ...(c.is(0.2) ? ['--include-templates'] : []),
    ],
    () => ['add', 'annotation', pair(), ...(c.is(0.3) ? ['-f'] : [])],
    () => ['add', 'patch', ...patch()],
    () => ['add', 'buildmetadata', option()],
    () => [
      'add',
      'configmap',
      c.pick(['cm', 'fresh']),
      c.pick([
        '--from-literal=n=1',
        '--from-file=file.txt',
        '--from-file=key=file.txt',
        '--from-env-file=x.env',
        '--from-literal=k=again',
      ]),
      ...(c.is(0.2) ? ['--behavior=merge'] : []),
      ...(c.is(0.2) ? ['--namespace=own'] : []),
      ...(c.is(0.2) ? ['--disableNameSuffixHash'] : []),
    ],
    () => [
      'add',
      'secret',
      c.pick(['sec', 'fresh']),
      '--from-literal=n=1',
      ...(c.is(0.3) ? ['--type=kubernetes.io/tls'] : []),
    ],
    () => ['remove', 'resource', path()],
    () => ['remove', 'transformer', path()],
    () => ['remove', 'label', keysOf(), ...(c.is(0.3) ? ['-i'] : [])],
    () => ['remove', 'annotation', keysOf(), ...(c.is(0.3) ? ['-i'] : [])],
    () => ['remove', 'patch', ...patch()],
    () => ['remove', 'buildmetadata', option()],
    () => ['remove', 'configmap', c.pick(['cm', 'two', 'none', 'cm,two'])],
    () => ['remove', 'secret', c.pick(['sec', 'none'])],
    () => ['fix'],
  ])();
}

function write(folder, text) {
  for (const [path, content] of Object.entries({ ...other, 'kustomization.yaml': text })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** What a file says. The real one always writes these two, and sorts images and replicas by their names; ours keep their places. */
function dataOf(folder) {
  const text = readFileSync(join(folder, 'kustomization.yaml'), 'utf8');
  const { apiVersion: _, kind: __, ...rest } = load(text) ?? {};
  // An empty list says nothing, and the real one leaves it out.
  return Object.fromEntries(
    Object.entries(rest)
      .filter(([, value]) => typeof value !== 'object' || Object.keys(value ?? {}).length > 0)
      .map(([name, value]) => [name, name === 'images' || name === 'replicas' ? byName(value) : value]),
  );
}

function byName(list) {
  return [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function ours(folder, command) {
  const sink = new PassThrough();
  sink.resume();
  const stderr = new PassThrough();
  const io = { stdin: new PassThrough(), stdout: sink, stderr, env: {}, cwd: folder };
  const code = await runProgram(['kustomize', 'edit', ...command], io);
  return code === 0 ? { ok: true } : { ok: false, error: String(stderr.read() ?? '').trim() };
}

async function theirs(folder, command) {
  try {
    await exec(binary, ['edit', ...command], { cwd: folder, timeout: 20_000 });
    return { ok: true };
  } catch (failure) {
    return { ok: false, error: String(failure.stderr).trim().split('\n')[0] };
  }
}

/** Lines of the file before that are gone, though the field that they belong to says the same as before. */
function lostLines(before, after, was, is) {
  const kept = new Set(after.split('\n'));
  let field = '';
  return before.split('\n').filter((line) => {
    field = /^([A-Za-z]+):/.exec(line)?.[1] ?? field;
    return (
      line !== '' && !line.startsWith('#') && isDeepStrictEqual(was[field], is[field]) && !kept.has(line)
    );
  });
}

const count = numberOf('fuzz', 300);
const seed = numberOf('seed', 1);
const totals = { equal: 0, refused: 0, failed: 0 };
const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'kustomize-edit-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (let i = 0; i < count; i++) {
  const c = chance(seed + i);
  const text = fieldsOf(c);
  const command = commandOf(c);
  const [a, b] = [join(scratch, `${i}a`), join(scratch, `${i}b`)];
  write(a, text);
  write(b, text);
  const was = dataOf(a);
  const [expected, got] = await Promise.all([theirs(a, command), ours(b, command)]);
  let problem;
  if (expected.ok !== got.ok)
    problem = `theirs ${expected.ok ? 'did it' : expected.error}\n  ours ${got.ok ? 'did it' : got.error}`;
  else if (expected.ok) {
    const [theirData, ourData] = [dataOf(a), dataOf(b)];
    if (!isDeepStrictEqual(theirData, ourData))
      problem = `theirs ${JSON.stringify(theirData)}\n  ours   ${JSON.stringify(ourData)}`;
    else {
      const lost =
        command[0] === 'fix'
          ? []
          : lostLines(text, readFileSync(join(b, 'kustomization.yaml'), 'utf8'), was, ourData);
      if (lost.length > 0) problem = `ours lost the lines ${JSON.stringify(lost)}`;
    }
  }
  rmSync(a, { recursive: true });
  rmSync(b, { recursive: true });
  totals[problem !== undefined ? 'failed' : expected.ok ? 'equal' : 'refused'] += 1;
  if (problem !== undefined)
    process.stdout.write(
      `edit ${command.join(' ')}\n${process.argv.includes('-v') ? text : ''}  ${problem}\n`,
    );
}
process.stdout.write(
  `${count} edits: ${totals.equal} say the same, ${totals.refused} are refused by both\n${count - totals.failed} passed, ${totals.failed} failed\n`,
);
process.exitCode = totals.failed === 0 ? 0 : 1;
