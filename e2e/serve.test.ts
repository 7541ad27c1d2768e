import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClone } from './harness/git.ts';
import { configMap } from './harness/objects.ts';
import {
  program,
  removeFolder,
  startPlumb,
  temporaryFolder,
  waitForLine,
  type Plumb,
} from './harness/plumb.ts';
import { kubectlAvailable, kubectl } from './harness/kubectl.ts';

/** The same controllers against a cluster that they can only reach over TLS with a client certificate or token. */
describe.skipIf(!kubectlAvailable())('plumb serve against plumb cluster start --secure', () => {
  const folder = temporaryFolder();
  const kubeconfig = join(folder, 'kubeconfig');
  const processes: ChildProcess[] = [];
  let origin: Plumb;

  const start = async (pattern: RegExp, ...args: readonly string[]): Promise<void> => {
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: folder },
    });
    processes.push(child);
    await waitForLine(child, pattern);
  };

  beforeAll(async () => {
    // Only for its Git server: a repository somewhere else.
    origin = await startPlumb(join(folder, 'origin'));
    await start(
      /ready https:/,
      'cluster',
      'start',
      '--secure',
      '--kubeconfig',
      kubeconfig,
      '--port',
      '0',
      '--data',
      join(folder, 'cluster'),
    );
    await start(
      /ready: http:/,
      'serve',
      '--kubeconfig',
      kubeconfig,
      '--port',
      '0',
      '--data',
      join(folder, 'serve'),
    );
  });
  afterAll(async () => {
    for (const child of processes.toReversed()) {
      child.kill('SIGINT');
      await new Promise((resolve) => child.on('close', resolve));
    }
    await origin?.stop();
    removeFolder(folder);
  });

  it('writes a kubeconfig with TLS and an identity', () => {
    const text = readFileSync(kubeconfig, 'utf8');
    expect(text).toContain('https://');
    expect(text).toContain('certificate-authority-data');
  });

  it('deploys an Application', async () => {
    const address = `${origin.endpoints.git}/far.git`;
    const clone = await newClone(join(folder, 'clone'), address);
    await clone.commit({ 'app/a.yaml': configMap('far', { k: 'v' }) });
    await clone.push();
    const manifest = JSON.stringify({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'far', namespace: 'argocd' },
      spec: {
        project: 'default',
        source: { repoURL: address, path: 'app', targetRevision: 'main' },
        destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
        syncPolicy: { automated: {} },
      },
    });
    await kubectl(kubeconfig, ['apply', '-f', '-'], manifest);
    await kubectl(kubeconfig, [
      '-n',
      'argocd',
      'wait',
      'application/far',
      '--for=jsonpath={.status.sync.status}=Synced',
      '--timeout=60s',
    ]);
    expect(await kubectl(kubeconfig, ['get', 'configmap', 'far', '-o', 'jsonpath={.data.k}'])).toBe('v');
  });

  it('refuses who has no identity', async () => {
    const server = /server: (\S+)/.exec(readFileSync(kubeconfig, 'utf8'))?.[1] ?? '';
    await expect(
      kubectl('/dev/null', [
        '--server',
        server,
        '--insecure-skip-tls-verify',
        '--token',
        'wrong',
        'get',
        'pods',
      ]),
    ).rejects.toThrow(/Unauthorized|logged in/);
  });
});
