import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '@plumbline/api';
import { records } from '../../kinds/fields.ts';
import { hasCondition, statusOf } from '../../controllers/runtime/objects.ts';
import { ended, isReady, phase, scriptPod, startLocalCluster, terminated } from '../test/cluster.ts';
import type { LocalCluster } from '../test/cluster.ts';

const node = process.execPath;
const web = `require('http').createServer((q, r) => r.end(process.env.VERSION)).listen(8080, process.env.POD_IP)`;
const address = { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };

describe('workloads whose pods run as local processes', { timeout: 60_000 }, () => {
  let cluster: LocalCluster;
  beforeAll(async () => {
    cluster = await startLocalCluster();
  });
  afterAll(() => cluster.stop());
  const meta = (name: string) => ({ name, namespace: 'default' });
  const podsOf = (app: string): readonly KubeObject[] =>
    Array.from(cluster.kube.access.list('', 'Pod', 'default')).filter(
      (pod) => pod.metadata.labels?.['app'] === app,
    );

  it('complete a Job, also one that fails first', async () => {
    const marker = join(cluster.folder, 'second-try');
    const { spec } = scriptPod('x', `test -e ${marker} && echo done && exit 0; touch ${marker}; exit 1`) as {
      spec: object;
    };
    cluster.apply({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: meta('retry'),
      spec: {
        backoffLimit: 2,
        template: { metadata: { labels: { app: 'retry' } }, spec: { ...spec, restartPolicy: 'OnFailure' } },
      },
    });
    const job = await cluster.until('batch', 'Job', 'retry', (one) => hasCondition(one, 'Complete'));
    expect(statusOf(job)).toMatchObject({ succeeded: 1 });
    const [pod] = podsOf('retry');
    expect(await cluster.log(pod!.metadata.name)).toBe('done\n');
    expect(records(statusOf(pod!)['containerStatuses'])[0]).toMatchObject({ restartCount: 1 });
  });

  it('keep the data of a StatefulSet in its claim when a pod is replaced', async () => {
    cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: meta('db'),
      spec: {
        serviceName: 'db',
        replicas: 1,
        selector: { matchLabels: { app: 'db' } },
        template: {
          metadata: { labels: { app: 'db' } },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: 'main',
                image: 'x',
                command: ['sh', '-c', 'echo "$HOSTNAME" >> /data/starts; cat /data/starts; exec sleep 600'],
                volumeMounts: [{ name: 'data', mountPath: '/data' }],
              },
            ],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    });
    const first = await cluster.until('', 'Pod', 'db-0', isReady);
    await expect.poll(() => cluster.log('db-0')).toBe('db-0\n');
    cluster.kube.access.delete('', 'Pod', 'default', 'db-0');
    await cluster.until('', 'Pod', 'db-0', (pod) => pod.metadata.uid !== first.metadata.uid && isReady(pod));
    await expect.poll(() => cluster.log('db-0')).toBe('db-0\ndb-0\n');
  });

  it('roll a Deployment over without a moment in which nobody answers', async () => {
    const deployment = (version: string): KubeObject =>
      ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: meta('web'),
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'web' } },
          strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: {
              terminationGracePeriodSeconds: 1,
              containers: [
                {
                  name: 'main',
                  image: 'node',
                  command: [node, '-e', web],
                  env: [address, { name: 'VERSION', value: version }],
                  ports: [{ name: 'http', containerPort: 8080 }],
                  readinessProbe: { httpGet: { port: 'http', path: '/' }, periodSeconds: 1 },
                },
              ],
            },
          },
        },
      }) as unknown as KubeObject;
    const rolledOut = (generation: number) => (one: KubeObject) => {
      const { observedGeneration, updatedReplicas, readyReplicas, replicas } = statusOf(one);
      return (
        observedGeneration === generation && updatedReplicas === 2 && readyReplicas === 2 && replicas === 2
      );
    };
    const answers = async (): Promise<readonly string[]> =>
      Promise.all(
        podsOf('web')
          .filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)
          .map(async (pod) => (await fetch(`http://${String(statusOf(pod)['podIP'])}:8080`)).text()),
      );
    cluster.apply(deployment('one'));
    await cluster.until('apps', 'Deployment', 'web', rolledOut(1));
    expect(await answers()).toEqual(['one', 'one']);
    let fewest = Infinity;
    const stop = cluster.kube.access.subscribe('', 'Pod', () => {
      fewest = Math.min(
        fewest,
        podsOf('web').filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined).length,
      );
    });
    cluster.kube.access.update({ ...deployment('two'), metadata: meta('web') }, 'user');
    await cluster.until('apps', 'Deployment', 'web', rolledOut(2));
    stop();
    expect(await answers()).toEqual(['two', 'two']);
    expect(fewest).toBeGreaterThanOrEqual(2);
  });
});

describe('steps of a pipeline', { timeout: 60_000 }, () => {
  it('wait for each other by files, hand on what they make, and tell how each of them ended', async () => {
    const cluster = await startLocalCluster();
    const mounts = ['workspace', 'bin', 'run-0', 'run-1'].map((name) => ({
      name,
      mountPath: name === 'workspace' ? '/workspace' : `/tekton/${name.replace('-', '/')}`,
    }));
    const entrypoint = [
      '#!/bin/sh',
      'wait=$1; post=$2; shift 2',
      'while [ "$wait" != - ] && [ ! -e "$wait" ]; do [ -e "$wait.err" ] && touch "$post.err" && exit 1; sleep 0.05; done',
      '"$@"; code=$?',
      '[ $code = 0 ] && touch "$post" || touch "$post.err"',
      'exit $code',
    ].join('\n');
    const step = (index: number, script: string) => ({
      name: `step-${index}`,
      image: 'x',
      command: ['/tekton/bin/entrypoint'],
      args: [
        index === 0 ? '-' : `/tekton/run/${index - 1}/out`,
        `/tekton/run/${index}/out`,
        'sh',
        '-ec',
        script,
      ],
      workingDir: '/workspace/source',
      volumeMounts: mounts,
      terminationMessagePath: '/tekton/termination',
    });
    cluster.apply(
      scriptPod('steps', '', {
        initContainers: [
          {
            name: 'prepare',
            image: 'x',
            command: [
              'sh',
              '-ec',
              `cat > /tekton/bin/entrypoint <<'END'\n${entrypoint}\nEND\nchmod 755 /tekton/bin/entrypoint`,
            ],
            volumeMounts: mounts,
          },
        ],
        containers: [
          step(0, 'echo made > file; printf \'[{"key":"commit","value":"abc"}]\' > /tekton/termination'),
          step(1, 'cat /workspace/source/file; exit 4'),
        ],
        volumes: mounts.map(({ name }) => ({ name, emptyDir: {} })),
      }),
    );
    const pod = await cluster.until('', 'Pod', 'steps', ended);
    const [first, second] = records(statusOf(pod)['containerStatuses']).map(terminated);
    expect(first).toMatchObject({ exitCode: 0, message: '[{"key":"commit","value":"abc"}]' });
    expect(second).toMatchObject({ exitCode: 4, reason: 'Error' });
    expect(await cluster.log('steps', '?container=step-1')).toBe('made\n');
    await cluster.stop();
  });
});

describe('a program that is killed', { timeout: 60_000 }, () => {
  it('finds its processes again, ends them, and goes on with the pods', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-killed-'));
    const child = fork(new URL('../test/killed.ts', import.meta.url), [folder], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
    });
    const pids = readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').map(Number);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    expect(pids.map(isAlive)).toEqual([true, true, true]);

    const cluster = await startLocalCluster({ folder, dataDir: join(folder, 'data') });
    await expect.poll(() => pids.map(isAlive)).toEqual([false, false, false]);
    const again = await cluster.container(
      'serves',
      (status) => status['restartCount'] === 1 && status['ready'] === true,
    );
    expect(again).toMatchObject({ lastState: { terminated: { exitCode: 255, reason: 'Unknown' } } });
    const once = await cluster.until('', 'Pod', 'once', ended);
    expect(phase(once)).toBe('Failed');
    expect(terminated(records(statusOf(once)['containerStatuses'])[0]!)).toMatchObject({ exitCode: 255 });
    await expect.poll(() => readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').length).toBe(4);
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
