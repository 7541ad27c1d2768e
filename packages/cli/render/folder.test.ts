import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { readYaml } from '@plumbline/languages';
import { afterEach, describe, expect, it } from 'vitest';
import { runProgram } from '../program.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Files = Readonly<Record<string, string>>;

/** A working folder with these files; those of `bin/` are programs. */
function workFolder(files: Files): string {
  const cwd = mkdtempSync(join(tmpdir(), 'plumbline-folder-'));
  folders.push(cwd);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
    if (path.startsWith('bin/')) chmodSync(join(cwd, path), 0o755);
  }
  return cwd;
}

async function run(cwd: string, ...args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const env = { PATH: `${join(cwd, 'bin')}:/usr/bin:/bin`, SECRET_OF_CALLER: 'x' };
  const code = await runProgram(args, { stdin: new PassThrough(), stdout, stderr, env, cwd });
  const textOf = (stream: PassThrough): string => String(stream.read() ?? '');
  return { code, out: textOf(stdout), err: textOf(stderr) };
}

const plumb = (files: Files, ...args: readonly string[]) => run(workFolder(files), ...args);

function objectsOf(text: string): readonly unknown[] {
  const read = readYaml(text, { file: 'out' });
  return read.ok ? read.value.map(({ value }) => value) : [read.error.message];
}

const plugin = `apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata: {name: print}
spec:
  discover: {fileName: "*.list"}
  generate:
    command: [sh, -c]
    args:
      - |
        for name in $(cat names.list); do
          printf -- '---\\napiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: %s}\\ndata: {tag: "%s", secret: "%s", path: "%s"}\\n' \\
            "$name" "$ARGOCD_ENV_TAG" "$SECRET_OF_CALLER" "$ARGOCD_APP_SOURCE_PATH"
        done
        touch left-behind
`;
const printing: Files = { 'app/names.list': 'one two\n', 'app/plugin.yaml': plugin };

describe('plumb render of a folder with a plugin', () => {
  it('runs no program unless it is told to, and names the flag', async () => {
    const { code, out, err } = await plumb(printing, 'render', 'app');
    expect({ code, out, err }).toEqual({
      code: 1,
      out: '',
      err:
        'plumb: app/plugin.yaml:1: this folder has the config management plugin print, and no program is run that nobody has named ' +
        '(--plugins app/plugin.yaml --plugin print runs it; --exclude leaves its file out)\n',
    });
  });

  it('runs the plugin that is named, in a copy, with nothing of the environment of the caller', async () => {
    const cwd = workFolder(printing);
    const args = ['--plugins', 'app/plugin.yaml', '--plugin', 'print', '--plugin-env', 'TAG=v2'];
    const { code, out, err } = await run(cwd, 'render', 'app', ...args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(objectsOf(out)).toEqual(
      ['one', 'two'].map((name) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
        data: { tag: 'v2', secret: '', path: 'app' },
      })),
    );
    expect(existsSync(join(cwd, 'app/left-behind'))).toBe(false);
  });

  it('finds out which plugin wants the folder, and leaves other folders to what they are', async () => {
    const files = {
      ...printing,
      'plain/cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\n',
      'overlay/kustomization.yaml': 'resources: [../plain/cm.yaml]\nnamePrefix: my-\n',
    };
    const cwd = workFolder(files);
    const names = async (folder: string) =>
      (
        await run(cwd, 'render', folder, '--plugins', 'app', '--load-restrictor', 'LoadRestrictionsNone')
      ).out.match(/name: \S+/g);
    expect(await names('app')).toEqual(['name: one', 'name: two']);
    expect(await names('plain')).toEqual(['name: plain']);
    expect(await names('overlay')).toEqual(['name: my-plain']);
  });

  it('tells with plumb why which line of its output a field is from', async () => {
    const args = ['--plugins', 'app/plugin.yaml'];
    const { out } = await plumb(printing, 'why', 'app', 'ConfigMap/two', 'data.path', ...args);
    expect(out).toMatch(/^ConfigMap\/two data\.path = "app"\n {2}made by plugin print:\d+/);
  });

  it.each([
    [
      'a plugin that is nowhere',
      ['--plugin', 'other'],
      /could not find cmp-server plugin.*\(--plugins FILE_OR_DIR says/,
    ],
    [
      'a file that is none',
      ['--plugins', 'nothing.yaml'],
      /--plugins nothing\.yaml: there is no such file or folder/,
    ],
    ['variables for nobody', ['--plugin-env', 'A=b'], /need --plugin or --plugins/],
    ['a variable without a value', ['--plugin', 'x', '--plugin-env', 'A'], /it has the form NAME=VALUE/],
    ['parameters that are no list', ['--plugin', 'x', '--plugin-parameters', '{}'], /is a JSON list/],
  ])('refuses %s', async (_, args, message) => {
    const { code, err } = await plumb(printing, 'render', 'app', ...args);
    expect(code).toBeGreaterThan(0);
    expect(err).toMatch(message);
  });

  it('ends a program that fails with what it said', async () => {
    const broken = plugin.replace('touch left-behind', 'echo no luck >&2; exit 3');
    const { code, err } = await plumb(
      { ...printing, 'p.yaml': broken },
      'render',
      'app',
      '--plugins',
      'p.yaml',
    );
    expect(code).toBe(1);
    expect(err).toMatch(/error generating manifests: .* failed exit status 3: no luck/s);
  });

  it('hands parameters on', async () => {
    const config = plugin.replace('$ARGOCD_ENV_TAG', '$PARAM_A_0$PARAM_B_K$PARAM_C');
    const parameters = [
      { name: 'a', array: ['1'] },
      { name: 'b', map: { k: '2' } },
      { name: 'c', string: '3' },
    ];
    const args = ['--plugins', 'p.yaml', '--plugin-parameters', JSON.stringify(parameters)];
    const { out } = await plumb({ ...printing, 'p.yaml': config }, 'render', 'app', ...args);
    expect(out).toMatch(/tag: "123"/);
  });
});

describe('plumb render with avp-kustomize', () => {
  const seed = `avp-kustomize:
  allowConcurrency: true
  discover:
    find:
      command: [sh, "-c", "find . -name kustomization.yaml"]
  generate:
    command:
      - sh
      - "-c"
      - "kustomize edit set annotation \\"github.com/url:\${ARGOCD_ENV_APP_REPO}\\"; kustomize edit set image \${ARGOCD_ENV_IMAGE_NAME}:\${ARGOCD_ENV_IMAGE_TAG}; kustomize build --enable-helm . | argocd-vault-plugin -s \${ARGOCD_ENV_AVP_SECRET} generate -"
  lockRepo: false
`;
  const files: Files = {
    'plugins.yaml': seed,
    'base/kustomization.yaml': 'resources: [web.yaml]\n',
    'base/web.yaml':
      'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: "registry:5000/web:old"}]}\n',
    'app/kustomization.yaml': 'resources: [../base]\nnamePrefix: p-\n',
  };
  const variables = [
    'APP_REPO=git.example.com/shop',
    'IMAGE_NAME=registry:5000/web',
    'IMAGE_TAG=v2',
    'AVP_SECRET=argocd:avp',
  ].flatMap((variable) => ['--plugin-env', variable]);

  it('does in process what its programs would do where they are missing', async () => {
    const { code, out, err } = await plumb(files, 'render', 'app', '--plugins', 'plugins.yaml', ...variables);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(objectsOf(out)).toMatchObject([
      {
        metadata: { name: 'p-web', annotations: { 'github.com/url': 'git.example.com/shop' } },
        spec: { containers: [{ image: 'registry:5000/web:v2' }] },
      },
    ]);
  });

  it('knows it by its name without any flag that lets programs run', async () => {
    const { code, out } = await plumb(files, 'render', 'app', '--plugin', 'avp-kustomize');
    expect([code, out.includes('name: p-web')]).toEqual([0, true]);
  });

  it('runs its programs unmodified where they are installed', async () => {
    const programs = {
      'bin/kustomize':
        '#!/bin/sh\nif [ "$1" = edit ]; then echo "$*" >> edits; else sed "s/^/# /" edits; cat web.yaml; fi\n',
      'bin/argocd-vault-plugin': '#!/bin/sh\necho "# $*"; exec cat\n',
      'app/web.yaml': files['base/web.yaml'] ?? '',
    };
    const cwd = workFolder({ ...files, ...programs });
    const { code, out } = await run(
      cwd,
      'why',
      'app',
      'Pod/web',
      'metadata.name',
      '--plugins',
      'plugins.yaml',
      ...variables,
    );
    // Behind three lines of comments: the arguments of argocd-vault-plugin and two edits.
    expect([code, out]).toEqual([0, 'Pod/web metadata.name = "web"\n  made by plugin avp-kustomize:6:12\n']);
    expect(existsSync(join(cwd, 'app/edits'))).toBe(false);
  });

  it('tells the files behind a field of the built-in equivalent', async () => {
    const { out } = await plumb(
      files,
      'why',
      'app',
      'Pod/p-web',
      'spec.containers[0].image',
      '--plugin',
      'avp-kustomize',
    );
    expect(out).toMatch(/written in base\/web\.yaml:4:\d+/);
  });
});

describe('plumb render of Jsonnet', () => {
  const files: Files = {
    'lib/cm.libsonnet': "{ cm(name):: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: name } } }\n",
    'shop/a.jsonnet':
      "local lib = import 'cm.libsonnet';\nfunction(n, s='') [lib.cm(std.extVar('name') + i + s) for i in std.range(1, n)]\n",
    'shop/b.jsonnet':
      "function(n, s='') (import '../lib/cm.libsonnet').cm(std.extVar('app') + std.extVar('x'))\n",
  };
  const args = ['-J', 'lib', '-V', 'name=web', '-V', 'app=$ARGOCD_APP_NAME', '--ext-code', 'x=1 + 1'];

  it('takes variables, arguments and libraries from flags', async () => {
    const tla = ['--tla-code', 'n=1+1', '-A', 's=!', '--build-env', 'ARGOCD_APP_NAME=shop'];
    const { out, err } = await plumb(files, 'render', 'shop', ...args, ...tla);
    expect(err).toBe('');
    expect(out.match(/name: .*/g)).toEqual(['name: web1!', 'name: web2!', 'name: shop2']);
  });

  it('tells with plumb why where a field is written, seen from here', async () => {
    const tla = ['--tla-code', 'n=1', '--release-name', 'x'];
    const { out } = await plumb(files, 'why', 'shop', 'ConfigMap/web1', 'kind', ...args, ...tla);
    expect(out).toContain('written in lib/cm.libsonnet:1');
  });
});

describe('plumb render as a Kustomization of Flux', () => {
  const kustomization = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps
  targetNamespace: prod
  commonMetadata: {labels: {team: a}}
  postBuild:
    substitute: {zone: eu}
    substituteFrom:
      - {kind: ConfigMap, name: vars}
      - {kind: Secret, name: more}
`;
  const variables = `---
apiVersion: v1
kind: ConfigMap
metadata: {name: vars}
data: {cluster: c1, zone: other}
---
apiVersion: v1
kind: Secret
metadata: {name: more}
data: {host: d3d3}
`;
  const files: Files = {
    'apps/deep/cm.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {at: "${cluster}-${zone}-${host}"}\n',
    'flux.yaml': kustomization + variables,
  };

  it('makes a kustomization of the files, substitutes, and puts metadata on', async () => {
    const { out, err } = await plumb(files, 'render', 'apps', '--flux-kustomization', 'flux.yaml');
    expect(err).toBe('');
    expect(objectsOf(out)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'web', namespace: 'prod', labels: { team: 'a' } },
        data: { at: 'c1-eu-www' },
      },
    ]);
  });

  it('tells each act with plumb why', async () => {
    const { out } = await plumb(
      files,
      'why',
      'apps',
      'ConfigMap/web',
      'data.at',
      '--flux-kustomization',
      'flux.yaml',
    );
    expect(out).toMatch(
      /written in apps\/deep\/cm\.yaml:4.*\n {2}substituted by the Kustomization postBuild: .*zone/,
    );
  });

  it.each([
    ['names what is missing', { 'flux.yaml': kustomization }, /vars/],
    ['needs a Kustomization', { 'flux.yaml': variables }, /flux\.yaml has no Kustomization/],
    [
      'needs the path where there are several',
      {
        'flux.yaml': `${kustomization.replace('./apps', './x')}---\n${kustomization.replace('./apps', './y')}`,
      },
      /has 2 Kustomizations, 0 of them with the path apps/,
    ],
  ])('%s', async (_, more, message) => {
    const { code, err } = await plumb(
      { ...files, ...more },
      'render',
      'apps',
      '--flux-kustomization',
      'flux.yaml',
    );
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });
});
