import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneOf, newClone } from './harness/git.ts';
import { kubeAt, type Kube } from './harness/kube.ts';
import { applications, isReady, one } from './harness/objects.ts';
import { program, removeFolder, root, startPlumb, temporaryFolder, type Plumb } from './harness/plumb.ts';

const folder = temporaryFolder();
let plumb: Plumb;
let kube: Kube;
beforeAll(async () => {
  plumb = await startPlumb(join(folder, 'data'), ['--demo']);
  kube = kubeAt(plumb.endpoints.kubernetes);
});
afterAll(async () => {
  await plumb?.stop();
  removeFolder(folder);
});

function plumbCommand(...args: readonly string[]): string {
  return execFileSync(process.execPath, [program, ...args, '--data', plumb.data], { encoding: 'utf8' });
}

describe('the demo', () => {
  it('says what it made and how to get in', () => {
    expect(plumb.output()).toMatch(/Plumbline is ready: http:\/\/127\.0\.0\.1:\d+/);
    expect(plumb.output()).toMatch(/admin/);
    expect(plumb.output()).toContain(plumb.endpoints.kubeconfig);
  });

  it('has run the hook and removed it after its success', async () => {
    const app = await kube.get(`${applications}/welcome-cluster-ops`);
    const hook = app?.['status'].operationState.syncResult.resources.find(
      (resource: { kind: string }) => resource.kind === 'Job',
    );
    expect(hook).toMatchObject({ name: 'init-vault', hookType: 'PostSync', hookPhase: 'Succeeded' });
    expect(await kube.get('/apis/batch/v1/namespaces/default/jobs/init-vault')).toBeUndefined();
  });

  it('is listed, shown and compared by the command line', () => {
    expect(plumbCommand('app', 'list')).toMatch(
      /argocd\/welcome-cluster-apps .*Synced +Healthy +Auto-Prune +<none>/,
    );
    expect(plumbCommand('app', 'get', 'welcome-cluster-apps')).toMatch(
      /Sync Status: +Synced to HEAD \([0-9a-f]{7}\)/,
    );
    expect(plumbCommand('app', 'diff', 'welcome-cluster-apps')).toBe('');
    expect(plumbCommand('app', 'plan', 'welcome-cluster-ops')).toMatch(
      /^PHASE [\s\S]*\nSync +0 +unchanged +Secret default\/database-login[\s\S]*\nPostSync +0 +hook +batch\/Job default\/init-vault/,
    );
    expect(plumbCommand('app', 'history', 'welcome-cluster-ops')).toMatch(/^ID +DATE +REVISION\n0 /);
    expect(plumbCommand('app', 'sync', 'welcome-cluster-apps')).toMatch(/Phase: +Succeeded/);
  });

  it('follows a clone of its repository', async () => {
    const clone = await cloneOf(join(folder, 'clone'), `${plumb.endpoints.git}/welcome.git`);
    const file = readFileSync(join(clone.folder, 'apps/deployment.yaml'), 'utf8');
    await clone.commit(
      { 'apps/deployment.yaml': file.replace('replicas: 2', 'replicas: 3') },
      'Three of them',
    );
    const seen = kube.until(
      '/apis/apps/v1/namespaces/default/deployments?fieldSelector=metadata.name%3Dwelcome',
      (object) => object['status']?.readyReplicas === 3,
    );
    await clone.push();
    await seen;
  });
});

const companion = join(
  process.env['PLUMBLINE_CONFORMANCE'] ?? join(root, '.cache/conformance'),
  'seeds/companion/lordofthejars+kubernetes-secrets-source',
);
describe.skipIf(!existsSync(companion))("the book's own files, unchanged", () => {
  it('become Synced and Healthy from a local clone', async () => {
    const files: Record<string, string> = {};
    const walk = (path: string): void => {
      for (const entry of readdirSync(join(companion, path), { withFileTypes: true })) {
        const below = path === '' ? entry.name : `${path}/${entry.name}`;
        if (entry.isDirectory()) walk(below);
        else files[below] = readFileSync(join(companion, below), 'utf8');
      }
    };
    walk('welcome-message-gitops');
    const clone = await newClone(
      join(folder, 'book'),
      `${plumb.endpoints.git}/gitea/kubernetes-secrets-source.git`,
    );
    await clone.commit(files);
    await clone.push();
    for (const name of ['cluster-ops', 'apps-ops']) {
      const file = join(companion, `welcome-message-gitops/gitops/${name}.yaml`);
      execFileSync('kubectl', ['--kubeconfig', plumb.endpoints.kubeconfig, 'apply', '-f', file], {
        stdio: 'pipe',
      });
    }
    await kube.until(
      one(applications, 'welcome-cluster-ops'),
      (app) => isReady(app) && app['spec'].source.path === 'welcome-message-gitops/cluster',
    );
    await kube.until(one(applications, 'welcome-app-ops'), isReady);
  });
});
