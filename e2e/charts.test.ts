import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClone, type Clone } from './harness/git.ts';
import { kubeAt, type Kube } from './harness/kube.ts';
import { application, applications, configMaps, isReady, one } from './harness/objects.ts';
import { removeFolder, startPlumb, temporaryFolder, type Plumb } from './harness/plumb.ts';

const chart = (version: string): Record<string, string> => ({
  'Chart.yaml': `apiVersion: v2\nname: web\nversion: ${version}\n`,
  'values.yaml': 'greeting: hello\nname: world\n',
  'templates/_names.tpl': '{{ define "web.name" }}{{ .Release.Name }}-web{{ end }}\n',
  'templates/cm.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "web.name" . }}
  namespace: {{ .Release.Namespace }}
data:
  text: {{ printf "%s %s from %s" .Values.greeting .Values.name .Chart.Version | quote }}
  kube: {{ .Capabilities.KubeVersion.Version }}
  random: {{ randAlphaNum 12 }}
`,
});

const below = (folder: string, files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

/** A chart as the archive that repositories serve. */
function archiveOf(folder: string, version: string): Buffer {
  const root = join(folder, version);
  for (const [path, text] of Object.entries(below('web', chart(version)))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  execFileSync('tar', ['-czf', 'web.tgz', 'web'], { cwd: root });
  return readFileSync(join(root, 'web.tgz'));
}

describe('Applications of charts and kustomizations', () => {
  const folder = temporaryFolder();
  let plumb: Plumb;
  let kube: Kube;
  let clone: Clone;
  let repository: Server;
  let charts: string;
  let origin: string;

  const text = (value: string) => (object: { readonly [key: string]: unknown }) =>
    (object['data'] as { readonly text?: string } | undefined)?.text === value;
  const ready = (name: string) => kube.until(one(applications, name), isReady, 20_000);

  beforeAll(async () => {
    const archives = new Map(['1.0.0', '1.2.0'].map((version) => [version, archiveOf(folder, version)]));
    repository = createServer((request, response) => {
      const version = /web-(.*)\.tgz$/.exec(request.url ?? '')?.[1];
      const entries = [...archives.keys()].map((v) => `  - version: ${v}\n    urls: [web-${v}.tgz]\n`);
      if (request.url === '/index.yaml') response.end(`entries:\n  web:\n${entries.join('')}`);
      else response.end(archives.get(version ?? ''));
    });
    await new Promise<void>((resolve) => repository.listen(0, '127.0.0.1', resolve));
    charts = `http://127.0.0.1:${(repository.address() as AddressInfo).port}`;
    plumb = await startPlumb(join(folder, 'data'));
    kube = kubeAt(plumb.endpoints.kubernetes);
    origin = `${plumb.endpoints.git}/team/config.git`;
    clone = await newClone(join(folder, 'clone'), origin);
    await clone.commit({
      ...below('chart', chart('0.1.0')),
      'chart/values-prod.yaml': 'greeting: good day\n',
      'values/shared.yaml': 'name: everybody\n',
      'base/kustomization.yaml': 'resources: [cm.yaml]\n',
      'base/cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: base}\ndata: {text: one}\n',
      'overlay/kustomization.yaml': 'resources: [../base]\nnamePrefix: my-\n',
    });
    await clone.push();
  });
  afterAll(async () => {
    await plumb?.stop();
    repository?.close();
    removeFolder(folder);
  });

  it('deploys a chart that lies in Git, with its files of values and parameters', async () => {
    const helm = { valueFiles: ['values-prod.yaml'], parameters: [{ name: 'name', value: 'you' }] };
    await kube.apply(
      application('folder', origin, 'chart', {
        source: { repoURL: origin, path: 'chart', targetRevision: 'HEAD', helm },
      }),
    );
    await ready('folder');
    const made = await kube.get(`${configMaps}/folder-web`);
    expect(made?.['data']).toMatchObject({ text: 'good day you from 0.1.0' });
    expect(made?.['data'].kube).toMatch(/^v1\.\d+/);
    const app = await kube.get(`${applications}/folder`);
    expect(app?.['status'].sourceType).toBe('Helm');
  });

  it('follows a push to the values, and random text stays as it is', async () => {
    const before = (await kube.get(`${configMaps}/folder-web`))?.['data'].random as string;
    await clone.commit({ 'chart/values-prod.yaml': 'greeting: welcome\n' });
    const seen = kube.until(one(configMaps, 'folder-web'), text('welcome you from 0.1.0'));
    await clone.push();
    await seen;
    expect((await kube.get(`${configMaps}/folder-web`))?.['data'].random).toBe(before);
  });

  it('deploys the newest chart of a range from a repository, with values of another repository', async () => {
    await kube.apply(
      application('remote', '', '', {
        source: undefined,
        sources: [
          {
            repoURL: charts,
            chart: 'web',
            targetRevision: '1.x',
            helm: { valueFiles: ['$config/values/shared.yaml'] },
          },
          { repoURL: origin, targetRevision: 'HEAD', ref: 'config' },
        ],
      }),
    );
    await ready('remote');
    const made = await kube.get(`${configMaps}/remote-web`);
    expect(made?.['data']).toMatchObject({ text: 'hello everybody from 1.2.0' });
    await clone.commit({ 'values/shared.yaml': 'name: friends\n' });
    const seen = kube.until(one(configMaps, 'remote-web'), text('hello friends from 1.2.0'));
    await clone.push();
    await seen;
  });

  it('brings what a chart needs from its repository', async () => {
    await clone.commit({
      'umbrella/Chart.yaml': `apiVersion: v2\nname: umbrella\nversion: 0.1.0\ndependencies:\n- {name: web, version: 1.0.0, repository: "${charts}"}\n`,
      'umbrella/values.yaml': 'web: {greeting: moin}\n',
    });
    await clone.push();
    await kube.apply(application('umbrella', origin, 'umbrella'));
    await ready('umbrella');
    expect((await kube.get(`${configMaps}/umbrella-web`))?.['data']).toMatchObject({
      text: 'moin world from 1.0.0',
    });
  });

  it('says on the Application where a template is wrong, and carries on when it is mended', async () => {
    await clone.commit({ 'chart/templates/bad.yaml': 'a: {{ .Values.x.y.z }}\n' });
    await clone.push();
    await kube.until(one(applications, 'folder'), (app) =>
      JSON.stringify(app['status'].conditions ?? []).includes('web/templates/bad.yaml:1:'),
    );
    expect((await kube.get(`${configMaps}/folder-web`))?.['data'].text).toBe('welcome you from 0.1.0');
    await clone.commit({ 'chart/templates/bad.yaml': null });
    await clone.push();
    await ready('folder');
  });

  it('inflates charts in kustomizations where argocd-cm says so', async () => {
    await clone.commit({
      ...below('inflating/charts/web', chart('0.1.0')),
      'inflating/kustomization.yaml':
        'helmCharts:\n- {name: web, releaseName: inflated, namespace: default}\n',
    });
    await clone.push();
    await kube.apply(application('inflating', origin, 'inflating'));
    await kube.until(one(applications, 'inflating'), (app) =>
      JSON.stringify(app['status']?.conditions ?? []).includes('enable-helm'),
    );
    await kube.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-cm', namespace: 'argocd' },
      data: { 'kustomize.buildOptions': '--enable-helm' },
    });
    await kube.send(
      'PATCH',
      `${applications}/inflating`,
      { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'hard' } } },
      'application/merge-patch+json',
    );
    await ready('inflating');
    expect((await kube.get(`${configMaps}/inflated-web`))?.['data'].text).toBe('hello world from 0.1.0');
  });

  it('deploys a kustomization and follows its base', async () => {
    await kube.apply(application('overlay', origin, 'overlay'));
    await ready('overlay');
    expect((await kube.get(`${configMaps}/my-base`))?.['data']).toEqual({ text: 'one' });
    await clone.commit({
      'base/cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: base}\ndata: {text: two}\n',
    });
    const seen = kube.until(one(configMaps, 'my-base'), text('two'));
    await clone.push();
    await seen;
  });
});
