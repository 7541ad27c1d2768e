// node tools/conformance/envsubst.mjs [--fuzz N] [--seed S] [-v]: N texts with variables, N objects with a post-build and N pairs of a glob
// and a path, put together by chance, answered by Flux's and Argo CD's libraries and by ours: results byte by byte, refusals by their
// message. What a substitution makes of YAML that go-yaml refuses and we read (a null as a key) is told apart. Ends with
// `N passed, N failed`.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { tsImport } from 'tsx/esm/api';
import { chance } from './lib/features/chance.mjs';
import { numberOf, oracle } from './lib/generated.mjs';

const { compileGlob, substitute, writeYaml } = await tsImport(
  '../../packages/languages/index.ts',
  import.meta.url,
);
const { renderFluxKustomization } = await tsImport('../../packages/render/index.ts', import.meta.url);
const { memoryTree } = await tsImport('../../testkit/index.ts', import.meta.url);
const binary = oracle('substitution');

const names = ['a', 'B_2', '_x', 'empty', 'none', 'path', 'two', 'glob', 'uni'];
const values = [
  '1',
  'true',
  'Hello World',
  'a/b/c.tar.gz',
  '',
  'x\ny',
  'ü ✓ é',
  '*',
  '${a}',
  '$',
  "it's",
  '"',
  'a: b',
  'aXbXc',
  'null',
  '0x1f',
  '[1, 2]',
  '{k: v}',
  ' s ',
  '\\',
  'AbC',
];
const patterns = [
  '*',
  'a',
  '?',
  '*/',
  '.*',
  '[a-c]',
  'X',
  'l',
  '',
  '/',
  'b*',
  '*b',
  '\\*',
  '[!a]',
  '[]',
  '{a,b}',
  ' ',
  'ü',
  'é',
];

/** A variable in braces, in any of the forms that there are, and in some that are none. */
function reference(c, deep = 0) {
  const name = c.pick(names);
  const word = () =>
    deep < 2 && c.is(0.3)
      ? textOf(c, deep + 1, 2)
      : c.pick([...patterns, 'word', 'two words', 'x:y', '-', '=']);
  return c.pick([
    () => `\${${name}}`,
    () => `\${${name}}`,
    () => `\${${name}:=${word()}}`,
    () => `\${${name}:-${word()}}`,
    () => `\${${name}=${word()}}`,
    () => `\${${name}-${word()}}`,
    () => `\${${name}:+${word()}}`,
    () => `\${${name}:?${word()}}`,
    () => `\${#${name}}`,
    () => `\${${name}${c.pick(['^', '^^', ',', ',,'])}}`,
    () => `\${${name}${c.pick(['#', '##', '%', '%%'])}${c.pick(patterns)}}`,
    () => `\${${name}${c.pick(['/', '//', '/#', '/%'])}${c.pick(patterns)}${c.is(0.9) ? `/${word()}` : ''}}`,
    () => `\${${name}:${c.pick(['0', '1', '3', '-2', ' -1', '99', 'x', '', '-99', '1.5'])}}`,
    () =>
      `\${${name}:${c.pick(['0', '1', '2', '-3', ' -2'])}:${c.pick(['0', '1', '2', '-1', '99', '', 'y'])}}`,
    () =>
      c.pick([
        '${',
        '${}',
        '$${a}',
        '$$',
        '$a',
        '${a',
        '${ a}',
        '${a }',
        '${a.b}',
        '${a!}',
        '${1a}',
        '$(a)',
        '${a@}',
        '${-}',
        '$${',
        '${a:}',
        '${$a}',
        '${a:=}',
        '}',
        '{',
      ]),
  ])();
}

function textOf(c, deep = 0, most = 4) {
  let text = '';
  for (let i = 0; i <= c.int(most); i++)
    text += c.is(0.5)
      ? reference(c, deep)
      : c.pick(['text', ' ', '-', ': ', '/', 'x=', '#', '"', "'", '\n', '\t', 'ü', '\\', ',', '']);
  return text;
}

const variablesOf = (c) =>
  Object.fromEntries(
    c
      .some(
        names.filter((name) => name !== 'none'),
        0.75,
      )
      .map((name) => [name, name === 'empty' ? '' : c.pick(values)]),
  );

function envsubstQuestion(c) {
  return { op: 'envsubst', text: textOf(c), vars: variablesOf(c), strict: c.is(0.5) };
}

function fluxQuestion(c) {
  const safe = () => textOf(c, 1, 2).replaceAll(/[\n\0]/g, '');
  const object = {
    apiVersion: c.is(0.9) ? 'v1' : 'example.com/v1',
    kind: 'ConfigMap',
    metadata: {
      name: c.is(0.8) ? 'web' : 'web-${a}',
      ...c.fields({
        labels: [
          0.3,
          () => ({
            l: safe(),
            ...(c.is(0.3)
              ? { 'kustomize.toolkit.fluxcd.io/substitute': c.pick(['disabled', 'enabled']) }
              : {}),
          }),
        ],
        annotations: [
          0.3,
          () => ({
            n: safe(),
            ...(c.is(0.3)
              ? { 'kustomize.toolkit.fluxcd.io/substitute': c.pick(['disabled', 'Disabled']) }
              : {}),
          }),
        ],
      }),
    },
    data: {
      one: safe(),
      ...c.fields({
        two: [0.5, safe],
        'key-${a}': [0.1, 'x'],
        list: [0.3, () => [safe(), 1, '${two}']],
        number: [0.3, 5],
      }),
    },
  };
  const vars = c.is(0.05) ? {} : variablesOf(c);
  if (c.is(0.03)) vars['bad-name'] = 'x';
  return { op: 'flux', text: writeYaml(object), vars, strict: c.is(0.5), always: c.is(0.3) };
}

const parts = [
  'a',
  'b',
  '*',
  '**',
  '?',
  '/',
  '.',
  '{a,b}',
  '[ab]',
  '[!a]',
  '[a-c]',
  '.yaml',
  '.json',
  '\\*',
  '{',
  '}',
  '[',
  ']',
  ',',
  '-',
  'deep',
  '{*.yaml,*.json}',
  '{,a}',
  '!',
  'ü',
];
const paths = [
  'a.yaml',
  'a/b.yaml',
  'deep/a/b.json',
  'b',
  'ab',
  'a',
  '',
  '.yaml',
  'a,b',
  'a*b',
  'c.yaml',
  'deep/b.yaml',
  'ü.yaml',
  'a-b',
  '[ab]',
  '{a}',
];

function globQuestion(c) {
  let pattern = '';
  for (let i = 0; i <= c.int(5); i++) pattern += c.pick(parts);
  return { op: 'glob', pattern, text: c.pick(paths) };
}

async function ours({ op, text, pattern, vars, strict, always }) {
  if (op === 'envsubst') {
    const made = substitute(text, (name) => (Object.hasOwn(vars, name) ? vars[name] : undefined), { strict });
    return made.ok ? { out: made.value } : { error: made.error.message };
  }
  if (op === 'glob') {
    const compiled = compileGlob(pattern);
    return compiled.ok ? { out: String(compiled.value(text)) } : { error: compiled.error.message };
  }
  const made = await renderFluxKustomization({
    tree: memoryTree({ 'object.yaml': text }),
    spec: {
      path: './',
      postBuild: { substitute: vars, ...(always ? { substituteStrategy: 'Always' } : {}) },
    },
    strict,
  });
  return made.ok
    ? { out: writeYaml(made.value.manifests[0]?.object) }
    : { error: made.error[0].message.replace(/^post build failed for '[^']*': /, '') };
}

const child = spawn(binary, { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
async function theirs(question) {
  child.stdin.write(`${JSON.stringify(question)}\n`);
  return JSON.parse((await answers.next()).value);
}

const count = numberOf('fuzz', 500);
const seed = numberOf('seed', 1);
const kinds = { envsubst: envsubstQuestion, 'post-build': fluxQuestion, glob: globQuestion };
let failures = 0;
for (const [kind, ask] of Object.entries(kinds)) {
  const totals = { equal: 0, refused: 0, words: 0, failed: 0, panics: 0, lenient: 0 };
  for (let i = 0; i < count; i++) {
    const question = ask(chance((seed + i) * 31 + kind.length));
    const [expected, got] = [await theirs(question), await ours(question)];
    const isRefused = expected.error !== undefined;
    const same = isRefused ? expected.error === got.error : expected.out === got.out;
    if (expected.error?.startsWith('panic:') === true) totals.panics += 1;
    else if (same) totals[isRefused ? 'refused' : 'equal'] += 1;
    else if (isRefused && got.error !== undefined) totals.words += 1;
    else if (expected.error?.startsWith('envsubst error: YAMLToJSON: ') === true) totals.lenient += 1;
    else totals.failed += 1;
    if (!same && (process.argv.includes('-v') || isRefused !== (got.error !== undefined) || !isRefused))
      process.stdout.write(
        `${JSON.stringify(question)}\n  theirs ${JSON.stringify(expected)}\n  ours   ${JSON.stringify(got)}\n`,
      );
  }
  const { equal, refused, words, failed, panics, lenient } = totals;
  process.stdout.write(
    `${kind}: ${count} questions: ${equal} with equal results, ${refused} refused in the same words, ${words} refused in other words, ${panics} crash the real one, ${lenient} read here only, ${failed} failed\n`,
  );
  failures += failed;
}
child.stdin.end();
process.stdout.write(`${3 * count - failures} passed, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;
