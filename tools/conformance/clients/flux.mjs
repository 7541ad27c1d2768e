// Flux's kustomize-controller, which is built on controller-runtime: it brings an artifact up by server-side apply, waits for
// health, heals, prunes and finalizes. What source-controller does is played here.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { conformanceFolder, unpackConformance } from '../../lib/conformance.mjs';
import { startCluster, startProgram, until } from './cluster.mjs';
import * as make from './objects.mjs';

const space = 'flux-system';
const kustomization = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${space}/kustomizations/app`;
const repository = `/apis/source.toolkit.fluxcd.io/v1/namespaces/${space}/gitrepositories/app`;

export async function run(folder, _minutes, say) {
  if (!(await unpackConformance(['crds']))) return undefined;
  const cluster = await startCluster(folder, ['--pods', 'simulated']);
  const { apply, get, must } = cluster;
  const definitions = join(conformanceFolder, 'crds', 'flux');
  for (const file of readdirSync(definitions)) {
    const [, group, plural] = /^((?:kustomize|source)\.toolkit[^_]*)_(.*)\.yaml$/.exec(file) ?? [];
    if (group === undefined) continue;
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`;
    await apply(path, readFileSync(join(definitions, file), 'utf8'));
  }
  await apply(`/api/v1/namespaces/${space}`, make.namespace(space));
  const artifacts = await serveArtifacts(folder);
  const controller = startProgram(
    'kustomize-controller',
    ['--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0', '--requeue-dependency=2s'],
    folder,
    { KUBECONFIG: cluster.kubeconfig, RUNTIME_NAMESPACE: space },
  );
  try {
    await Promise.race([controller.lost, story()]);
  } finally {
    await controller.stop();
    await cluster.stop();
    artifacts.close();
  }
  const lines = controller.lines();
  const bad = lines.filter((line) => /"level":"error"|^panic:/.test(line));
  if (bad.length > 0) throw new Error(`errors in ${controller.log}:\n${bad.slice(0, 10).join('\n')}`);
  return `two revisions, healing, pruning and deletion, ${lines.length} lines of log, 0 errors`;

  async function publish(revision, files) {
    const artifact = artifacts.add(revision, files);
    await apply(repository, {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'app', namespace: space },
      spec: { interval: '1m', url: 'https://git.example.org/app' },
    });
    const { metadata } = await get(repository);
    const now = new Date().toISOString().replace(/\.\d+/, '');
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'Succeeded',
      message: 'stored',
      lastTransitionTime: now,
    };
    const status = {
      observedGeneration: metadata.generation,
      artifact: { ...artifact, lastUpdateTime: now },
      conditions: [ready],
    };
    await must('PATCH', `${repository}/status`, { status }, 'application/merge-patch+json');
  }

  async function story() {
    await apply('/api/v1/namespaces/app', make.namespace('app'));
    const files = (image, more) => ({
      'deploy.yaml': make.workload('Deployment', 'web', undefined, image, 2),
      'service.yaml': make.service('web'),
      ...more,
    });
    await publish('main@sha1:1', files('web:1', { 'extra.yaml': make.configMap('extra') }));
    await apply(kustomization, {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'app', namespace: space },
      spec: {
        interval: '5s',
        path: './',
        prune: true,
        wait: true,
        timeout: '1m',
        targetNamespace: 'app',
        sourceRef: { kind: 'GitRepository', name: 'app' },
      },
    });
    const web = '/apis/apps/v1/namespaces/app/deployments/web';
    const at = (revision) => async () => {
      const { status = {} } = (await get(kustomization)) ?? {};
      return (
        status.lastAppliedRevision === revision &&
        status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
      );
    };
    await until('the first revision is ready', at('main@sha1:1'));
    say('first revision');
    if ((await get(web))?.status?.availableReplicas !== 2)
      throw new Error('ready, and the deployment is not');
    await must('PATCH', web, { spec: { replicas: 5 } }, 'application/merge-patch+json');
    await until('drift is healed', async () => (await get(web)).spec.replicas === 2);
    say('drift healed');
    await publish('main@sha1:2', files('web:2'));
    await until('the second revision is ready', at('main@sha1:2'));
    const [{ image }] = (await get(web)).spec.template.spec.containers;
    if (image !== 'web:2') throw new Error(`the image is ${image}`);
    await until(
      'what is gone from the source is pruned',
      async () => (await get('/api/v1/namespaces/app/configmaps/extra')) === undefined,
    );
    say('second revision, pruned');
    await must('DELETE', kustomization);
    await until('the kustomization is finalized', async () => (await get(kustomization)) === undefined);
    await until('its objects are gone', async () => (await get(web)) === undefined);
  }
}

/** Tarballs by revision, as source-controller offers them. */
async function serveArtifacts(folder) {
  const stored = new Map();
  const server = createServer((request, response) => {
    const bytes = stored.get(request.url);
    response.writeHead(bytes === undefined ? 404 : 200);
    response.end(bytes);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${server.address().port}`;
  return {
    close: () => server.close(),
    add(revision, files) {
      const place = join(folder, 'artifact');
      rmSync(place, { recursive: true, force: true });
      mkdirSync(place);
      for (const [name, object] of Object.entries(files))
        writeFileSync(join(place, name), JSON.stringify(object));
      const bytes = execFileSync('tar', ['-czf', '-', '-C', place, '.']);
      const path = `/${encodeURIComponent(revision)}.tar.gz`;
      stored.set(path, bytes);
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      return { path, url: `${base}${path}`, revision, digest, size: bytes.length };
    },
  };
}
