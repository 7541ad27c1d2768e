import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { err, ok, problem } from '@plumbline/base';
import { memoryTree } from '@plumbline/testkit';
import { chartTaskOf, createAnswerer, createHelmEngine, render, serveChart } from '@plumbline/render';
import type { HelmRequest, TreeQuestion } from '@plumbline/render';

const chartYaml = 'apiVersion: v2\nname: web\nversion: 1.0.0\n';
const map = (body: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n${body}\n`;

type Files = Parameters<typeof memoryTree>[0];

function request(files: Files, more: Partial<HelmRequest> = {}): HelmRequest {
  return {
    chart: { tree: memoryTree({ 'Chart.yaml': chartYaml, ...files }), path: '' },
    releaseName: 'shop',
    namespace: 'prod',
    ...more,
  };
}

async function data(files: Files, more: Partial<HelmRequest> = {}): Promise<unknown> {
  const rendered = await createHelmEngine().render(request(files, more));
  if (!rendered.ok) return rendered.error[0]?.message;
  return (rendered.value.manifests[0]?.object as { data?: unknown } | undefined)?.data;
}

/** A tar of plain files, gzipped. */
function archive(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644', 100);
    header.write(Buffer.byteLength(text).toString(8).padStart(11, '0'), 124);
    header.write('        ', 148);
    header.write('0', 156);
    header.write('ustar', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const content = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
    content.write(text);
    return [header, content];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

describe('the methods of .Values', () => {
  it.each([
    ['{{ dig "b" "c" "none" .Values.AsMap }}', 'x'],
    ['{{ dig "b" "q" "none" .Values.AsMap }}', 'none'],
    ['{{ (.Values.AsMap).b.c }}', 'x'],
    ['{{ .Values.YAML | quote }}', 'b:\n  c: x\n'],
  ])('%s', async (expression, expected) => {
    const files = { 'values.yaml': 'b: {c: x}\n', 'templates/cm.yaml': map(`  out: ${expression}`) };
    expect(await data(files)).toEqual({ out: expected });
  });
});

describe('values', () => {
  const files = {
    'values.yaml': 'a: 1\nb: {c: x, d: w}\nl: [1, 2]\n',
    'templates/cm.yaml': map('  all: {{ .Values | toJson | quote }}'),
  };
  const all = async (values: HelmRequest['values']) => {
    const found = (await data(files, values === undefined ? {} : { values })) as { all?: string };
    return JSON.parse(found.all ?? 'null') as unknown;
  };

  it('come from the chart, then files, then --set and its kin', async () => {
    expect(
      await all({
        files: [
          { name: 'one', text: 'b: {c: one}\ne: 1' },
          { name: 'two', text: 'b: {c: two}' },
        ],
        set: ['b.d=set', 'n=5', 'l[1]=z'],
        setString: ['n2=5'],
        setJson: ['j={"k": [true]}'],
        setLiteral: ['lit=a,b=c'],
      }),
    ).toEqual({
      a: 1,
      b: { c: 'two', d: 'set' },
      e: 1,
      l: [null, 'z'],
      n: 5,
      n2: '5',
      j: { k: [true] },
      lit: 'a,b=c',
    });
  });

  it('lose a default to a null', async () => {
    expect(await all({ set: ['a=null', 'b.c=null'] })).toEqual({ b: { d: 'w' }, l: [1, 2] });
  });

  it.each([3, 4] as const)('of subcharts follow the rules of Helm %s about nulls', async (profile) => {
    const found = await data(
      {
        'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
        'charts/sub/values.yaml': 'keep: 1\ngone: 2\nempty: null\n',
        'values.yaml': 'sub: {gone: null}\nglobal: {g: 1}\n',
        'templates/cm.yaml': map('  sub: {{ .Values.sub | toJson | quote }}'),
      },
      { profile },
    );
    const sub = JSON.parse((found as { sub: string }).sub) as unknown;
    expect(sub).toEqual(
      profile === 3 ? { keep: 1, empty: null, global: { g: 1 } } : { keep: 1, gone: 2, global: { g: 1 } },
    );
  });

  it('that are no YAML are refused by name', async () => {
    expect(await data(files, { values: { files: [{ name: 'bad.yaml', text: 'a: b: c' }] } })).toMatch(
      /^failed to parse bad.yaml: error converting YAML to JSON: yaml: /,
    );
  });

  it.each<[number, number, string]>([
    [100_000, 99_999.5, 'got 100,000, want 99,999.5'],
    [1_000_001, 1_000_000, 'got 1.000001×10⁰⁶, want 1×10⁰⁶'],
    [0.25, 0.0001, 'got 0.25, want 0.0001'],
    [0, -0.5, 'got 0, want -0.5'],
    [1e21, 0.00001234, 'got 1×10²¹, want 1.234×10⁻⁰⁵'],
  ])('%d is more than %d in the words of upstream', async (value, maximum, words) => {
    const chart = {
      ...files,
      'values.yaml': `big: ${value}\n`,
      'values.schema.json': JSON.stringify({ properties: { big: { maximum } } }),
    };
    expect(await data(chart)).toContain(`- at '/big': maximum: ${words}\n`);
  });

  it('are held against schemas', async () => {
    const schema = JSON.stringify({
      $schema: 'http://json-schema.org/draft-07/schema#',
      required: ['zz'],
      properties: { a: { type: 'string' }, b: { additionalProperties: false, properties: { c: {} } } },
    });
    expect(await data({ ...files, 'values.schema.json': schema })).toBe(
      [
        "values don't meet the specifications of the schema(s) in the following chart(s):",
        'web:',
        "- at '': missing property 'zz'",
        "- at '/a': got number, want string",
        "- at '/b': additional properties 'd' not allowed",
        '',
      ].join('\n'),
    );
    const remote = JSON.stringify({ $ref: 'https://example.com/schema.json' });
    expect(await data({ ...files, 'values.schema.json': remote })).toContain(
      'failing loading "https://example.com/schema.json"',
    );
  });
});

describe('a chart', () => {
  const cm = { 'templates/cm.yaml': map('  a: b') };

  it('from an archive renders like its folder', async () => {
    const engine = createHelmEngine();
    const packed = archive({ 'web/Chart.yaml': chartYaml, 'web/templates/cm.yaml': cm['templates/cm.yaml'] });
    const fromArchive = await engine.render({ ...request({}), chart: { archive: packed } });
    const fromFolder = await engine.render(request(cm));
    expect(fromArchive.ok && fromArchive.value.text).toBe(fromFolder.ok && fromFolder.value.text);
  });

  it.each([
    ['web/../../etc/passwd', 'chart illegally references parent directory'],
    ['web//etc/passwd', 'chart illegally contains absolute paths'],
    ['Chart.yaml', 'chart illegally contains content outside the base directory: "Chart.yaml"'],
    ['web/c:/x', 'chart contains illegally named files'],
  ])('with the entry %s is refused', async (name, message) => {
    const packed = archive({ 'web/Chart.yaml': chartYaml, [name]: 'x' });
    const rendered = await createHelmEngine().render({ ...request({}), chart: { archive: packed } });
    expect(!rendered.ok && rendered.error[0]?.message).toBe(message);
  });

  it('that is no archive is refused', async () => {
    const rendered = await createHelmEngine().render({
      ...request({}),
      chart: { archive: Buffer.from('this is no archive') },
    });
    expect(!rendered.ok && rendered.error[0]?.message).toBe('gzip: invalid header');
  });

  it('leaves out what .helmignore names, and follows links', async () => {
    const files = {
      '.helmignore': '# none\n*.bak\n/secret/\n',
      'a.bak': 'x',
      'secret/s.txt': 'x',
      'real/r.txt': 'r',
      link: { link: 'real' },
      'templates/cm.yaml': map('  files: {{ range $p, $_ := .Files }}{{ $p }} {{ end }}'),
    };
    expect(await data(files)).toEqual({ files: '.helmignore link/r.txt real/r.txt' });
    expect(await data({ ...cm, broken: { link: 'nowhere' } })).toContain('error evaluating symlink broken');
    expect(await data({ ...cm, out: { link: '../../etc' } })).toContain('leads out of the source');
  });

  it.each([
    ['name: ""', 'validation: chart.metadata.name is required'],
    ['name: a/b', 'validation: chart.metadata.name "a/b" is invalid'],
    ['version: x', 'validation: chart.metadata.version "x" is invalid'],
    ['type: odd', 'validation: chart.metadata.type must be application or library'],
    ['type: library', 'library charts are not installable'],
    ['kubeVersion: ">=99"', /^chart requires kubeVersion: >=99 which is incompatible with Kubernetes v1/],
    ['dependencies: [{name: d, version: "1", repository: ""}]', /missing in charts\/ directory: d$/],
    ['dependencies: [{name: d, alias: "a b"}]', /disallowed characters in the alias$/],
  ])('with %s is refused', async (line, message) => {
    const key = line.split(':')[0] ?? '';
    const rest = chartYaml.replace(new RegExp(`^${key}:.*\n`, 'm'), '');
    expect(await data({ ...cm, 'Chart.yaml': `${rest}${line}\n` })).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  it('takes numbers for texts in Chart.yaml', async () => {
    const files = { 'templates/cm.yaml': map('  v: {{ .Chart.AppVersion | quote }}') };
    expect(await data({ ...files, 'Chart.yaml': `${chartYaml}appVersion: 1.10\n` })).toEqual({ v: '1.1' });
  });
});

describe('a render', () => {
  it('gives the same chance for the same release only', async () => {
    const files = {
      'templates/cm.yaml': map('  p: {{ randAlphaNum 12 }}\n  q: {{ randAlphaNum 12 }}\n  u: {{ uuidv4 }}'),
    };
    const first = (await data(files)) as Record<string, string>;
    expect(first['p']).not.toBe(first['q']);
    expect(await data(files)).toEqual(first);
    expect(await data(files, { releaseName: 'other' })).not.toEqual(first);
    expect(await data(files, { seed: 'secret' })).not.toEqual(first);
    expect(await data(files, { random: 'fresh' })).toBe('there is no source of fresh chance here');
  });

  it('puts hooks last, definitions first, and knows notes', async () => {
    const hook = (name: string, event: string) =>
      `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: ${name}\n  annotations:\n    helm.sh/hook: ${event}\n    helm.sh/hook-weight: -5\n`;
    const files = {
      'crds/c.yaml': 'apiVersion: x/v1\nkind: CustomResourceDefinition\nmetadata: {name: c}\n',
      'templates/NOTES.txt': 'Hello {{ .Release.Name }}',
      'templates/a-hook.yaml': hook('pre', 'pre-install,post-upgrade'),
      'templates/odd.yaml': hook('odd', 'crd-install'),
      'templates/test.yaml': hook('test', 'test-success'),
      'templates/z.yaml': map('  a: b'),
      'templates/b.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n---\n# nothing\n',
    };
    const engine = createHelmEngine();
    const rendered = await engine.render(request(files, { includeCrds: true }));
    if (!rendered.ok) throw new Error(rendered.error[0]?.message);
    const { manifests, hooks, notes } = rendered.value;
    expect(manifests.map(({ object }) => object.metadata.name)).toEqual(['c', 'ns', 'shop', 'pre', 'test']);
    expect(hooks.map(({ name, events, weight }) => [name, events, weight])).toEqual([
      ['pre', ['pre-install', 'post-upgrade'], -5],
      ['test', ['test'], -5],
    ]);
    expect(notes).toBe('Hello shop');
    const without = await engine.render(request(files, { skipTests: true, showOnly: ['templates/*hook*'] }));
    expect(without.ok && without.value.text).toMatch(/^---\n# Source: web\/templates\/a-hook.yaml\n[^#]*$/);
    const missing = await engine.render(request(files, { showOnly: ['templates/no.yaml'] }));
    expect(!missing.ok && missing.error[0]?.message).toBe(
      'could not find template templates/no.yaml in chart',
    );
  });

  it('answers lookup from the request and says what was asked', async () => {
    const files = {
      'templates/cm.yaml': map('  x: {{ (lookup "v1" "Secret" "ns" "s").data | toJson | quote }}'),
    };
    const lookup = () => new Map([['data', 'found']]);
    const rendered = await createHelmEngine().render(request(files, { lookup }));
    expect(rendered.ok && rendered.value.lookedUp).toEqual([
      { apiVersion: 'v1', kind: 'Secret', namespace: 'ns', name: 's' },
    ]);
    expect(await data(files, { lookup })).toEqual({ x: '"found"' });
    expect(await data(files)).toEqual({ x: 'null' });
  });

  it('asks for a place with a larger stack when templates nest deeper than this one bears', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `x${i}`);
    const body = (next: string) => `{{ if gt (int .) 0 }}{{ include "${next}" (sub (int .) 1) }}{{ end }}`;
    const helpers = names.map(
      (name, i) => `{{ define "${name}" }}${body(names[(i + 1) % 50] ?? '')}{{ end }}`,
    );
    const files = {
      'templates/_h.tpl': helpers.join('\n'),
      'templates/cm.yaml': map('  x: {{ .Values.word }}{{ include "x0" (int .Values.depth) }}'),
    };
    const deep = request(files, { values: { set: ['depth=40000', 'word=deep'] }, origins: true });
    expect(await createHelmEngine().render(deep)).toMatchObject({
      ok: false,
      error: [{ message: expect.stringContaining('call each other too deeply') }],
    });
    const asked: HelmRequest[] = [];
    const engine = createHelmEngine({
      deeper: async (wanted) => {
        asked.push(wanted);
        const task = await chartTaskOf(wanted);
        if (task === undefined || !('tree' in wanted.chart)) return undefined;
        const answer = createAnswerer({ tree: wanted.chart.tree });
        const ask = async (question: TreeQuestion) => {
          const answered = await answer(question);
          return answered.ok ? answered.value : undefined;
        };
        // Here is no more room either, so that what is served is the same chart less deep.
        const shallow = { ...task.request, values: { set: ['depth=20', 'word=served'] } };
        return serveChart({ ...task, request: shallow }, ask, createHelmEngine());
      },
    });
    const rendered = await engine.render(deep);
    expect(asked).toEqual([deep]);
    expect(rendered.ok && rendered.value.text).toContain('x: served');
    expect(
      rendered.ok && structuredClone(rendered.value.manifests[0]?.origins)?.get('/data/x'),
    ).toBeDefined();
  });

  it('ends templates that do not end', async () => {
    expect(
      await data({ 'templates/cm.yaml': '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}' }),
    ).toMatch(/nested|deep|depth/);
    const endless = '{{ range until 100000 }}{{ range until 100000 }}x{{ end }}{{ end }}';
    expect(await data({ 'templates/cm.yaml': endless }, { limits: { steps: 100_000 } })).toMatch(
      /steps|exceeded/,
    );
  });
});

describe('a chart of an Argo CD source', () => {
  const files = {
    'repo/web/Chart.yaml': chartYaml,
    'repo/web/values-prod.yaml': 'from: file\nkept: yes\n',
    'repo/web/env/b.yaml': 'glob: b\n',
    'repo/web/env/a.yaml': 'glob: a\n',
    'repo/shared.yaml': 'shared: yes\n',
    '$values/prod.yaml': 'other: source\n',
    'repo/note.txt': 'a note',
    'repo/web/templates/cm.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n  namespace: {{ .Release.Namespace }}\ndata: {{ .Values | toJson }}\n',
    'repo/web/crds/c.yaml': 'apiVersion: x/v1\nkind: CustomResourceDefinition\nmetadata: {name: c}\n',
  };
  const context = {
    appName: 'shop',
    namespace: 'prod',
    kubeVersion: 'v1.33.0',
    variable: (name: string) => (name === 'ARGOCD_APP_NAME' ? 'shop' : undefined),
  };
  const values = async (helm: object) => {
    const rendered = await render({ tree: memoryTree(files), path: 'repo/web', source: { helm }, context });
    if (!rendered.ok) return rendered.error[0]?.message;
    const last = rendered.value.manifests.at(-1)?.object as { data?: unknown } | undefined;
    return last?.data;
  };

  it('takes the name and namespace of its application, and definitions', async () => {
    const rendered = await render({ tree: memoryTree(files), path: 'repo/web', source: {}, context });
    expect(rendered.ok && rendered.value.sourceType).toBe('Helm');
    expect(rendered.ok && rendered.value.manifests.map(({ object }) => object.metadata)).toEqual([
      { name: 'c' },
      { name: 'shop', namespace: 'prod' },
    ]);
    const named = await render({
      tree: memoryTree(files),
      path: 'repo/web',
      source: { helm: { releaseName: 'r', namespace: 'ns', skipCrds: true } },
      context,
    });
    expect(named.ok && named.value.manifests.map(({ object }) => object.metadata)).toEqual([
      { name: 'r', namespace: 'ns' },
    ]);
  });

  it('puts parameters over values, objects over texts, and both over files', async () => {
    expect(
      await values({
        valueFiles: ['values-prod.yaml', '/repo/shared.yaml', '$values/prod.yaml', 'env/*.yaml'],
        values: 'from: text\n',
        parameters: [
          { name: 'set', value: 'a,b-$ARGOCD_APP_NAME' },
          { name: 'n', value: '5' },
          { name: 's', value: '5', forceString: true },
        ],
        fileParameters: [{ name: 'note', path: '../note.txt' }],
      }),
    ).toEqual({
      from: 'text',
      kept: true,
      shared: true,
      other: 'source',
      glob: 'b',
      set: 'a,b-shop',
      n: 5,
      s: '5',
      note: 'a note',
    });
    expect(await values({ values: 'from: text', valuesObject: { from: 'object' } })).toEqual({
      from: 'object',
    });
  });

  it('refuses value files that are missing unless told otherwise, and those outside', async () => {
    expect(await values({ valueFiles: ['nope.yaml'] })).toBe('open nope.yaml: no such file or directory');
    expect(await values({ valueFiles: ['nope.yaml', 'env/x*.yaml'], ignoreMissingValueFiles: true })).toEqual(
      {},
    );
    expect(await values({ valueFiles: ['../../../x.yaml'] })).toContain('leads out of the repository');
    expect(await values({ valueFiles: ['https://example.com/v.yaml'] })).toContain(
      'files on the web cannot be had here',
    );
    expect(await values({ valueFiles: ['ftp://example.com/v.yaml'] })).toBe(
      "the URL scheme 'ftp' is not allowed",
    );
  });

  it('reads value files from the web where that is offered, and notes which they were', async () => {
    const bytes = Buffer.from('from: the web\n');
    const rendered = await render({
      tree: memoryTree(files),
      path: 'repo/web',
      source: { helm: { valueFiles: ['https://example.com/v.yaml'] } },
      context,
      remote: {
        file: (url) =>
          Promise.resolve(
            url.endsWith('/v.yaml') ? ok({ bytes, revision: 'r1' }) : err(problem('remote-http', '404')),
          ),
        repository: () => Promise.resolve(err(problem('remote-repository', 'there are none'))),
      },
    });
    expect(rendered.ok && JSON.stringify(rendered.value.manifests)).toContain('the web');
    expect(rendered.ok && rendered.value.reads).toContainEqual({
      path: 'remote:https://example.com/v.yaml',
      hash: 'r1',
    });
  });

  it('notes every file that it has read', async () => {
    const rendered = await render({
      tree: memoryTree(files),
      path: 'repo/web',
      source: { helm: { valueFiles: ['/repo/shared.yaml', 'nope.yaml'], ignoreMissingValueFiles: true } },
      context,
    });
    const reads = rendered.ok ? rendered.value.reads.map(({ path, hash }) => [path, hash !== undefined]) : [];
    expect(reads).toEqual(
      expect.arrayContaining([
        ['repo/web', true],
        ['repo/shared.yaml', true],
        ['repo/web/nope.yaml', false],
      ]),
    );
  });
});
