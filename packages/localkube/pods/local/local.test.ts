import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '@plumbline/api';
import { record, records } from '../../kinds/fields.ts';
import { statusOf } from '../../controllers/runtime/objects.ts';
import { ended, isReady, phase, scriptPod, startLocalCluster, terminated } from '../test/cluster.ts';
import type { LocalCluster } from '../test/cluster.ts';

const node = process.execPath;

describe('pods that run as local processes', { timeout: 60_000 }, () => {
  let cluster: LocalCluster;
  beforeAll(async () => {
    cluster = await startLocalCluster();
  });
  afterAll(() => cluster.stop());

  const run = async (pod: unknown): Promise<KubeObject> => {
    cluster.apply(pod);
    return cluster.until('', 'Pod', (pod as KubeObject).metadata.name, ended);
  };

  it.each([
    ['succeeds', 'ok', 'exit 0', 'Succeeded', { exitCode: 0, reason: 'Completed' }],
    ['fails', 'bad', 'exit 3', 'Failed', { exitCode: 3, reason: 'Error' }],
    ['is killed', 'killed', 'kill -9 $$$$', 'Failed', { exitCode: 137, signal: 9, reason: 'Error' }],
    [
      'leaves a message',
      'message',
      'printf done > /dev/termination-log',
      'Succeeded',
      { exitCode: 0, message: 'done' },
    ],
  ])('tell when a container %s', async (_, name, script, wanted, state) => {
    const pod = await run(scriptPod(name, script));
    expect(phase(pod)).toBe(wanted);
    expect(terminated(records(statusOf(pod)['containerStatuses'])[0]!)).toMatchObject(state);
  });

  it('say that a program is missing', async () => {
    const pod = await run(scriptPod('missing', '', { container: { command: ['no-such-program'] } }));
    expect(terminated(records(statusOf(pod)['containerStatuses'])[0]!)).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      message: 'exec: "no-such-program": executable file not found in $PATH',
    });
  });

  it('take the end of the log for the message where they are told to', async () => {
    const pod = await run(
      scriptPod('fallback', 'echo one; echo two; exit 1', {
        container: { terminationMessagePolicy: 'FallbackToLogsOnError' },
      }),
    );
    expect(terminated(records(statusOf(pod)['containerStatuses'])[0]!)['message']).toBe('one\ntwo\n');
  });

  it('have no variable of this program, and those that the pod gives them', async () => {
    process.env['PLUMBLINE_TEST_SECRET'] = 'leak';
    cluster.apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'vars', namespace: 'default' },
        data: { A: 'a', B: 'b' },
      },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'hidden', namespace: 'default' },
        data: { P: 'cEBzcy9kYXRh' },
      },
    );
    await run(
      scriptPod('env', 'env | sort', {
        container: {
          envFrom: [{ prefix: 'CFG_', configMapRef: { name: 'vars' } }],
          env: [
            { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
            { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
            { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'hidden', key: 'P' } } },
            { name: 'BOTH', value: '$(NAME)-$(CFG_A)-$(NONE)-$$(NAME)' },
          ],
          resources: { limits: { cpu: '1500m' } },
        },
      }),
    );
    const variables = Object.fromEntries(
      (await cluster.log('env'))
        .trim()
        .split('\n')
        .map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]),
    );
    expect(variables).toMatchObject({
      CFG_A: 'a',
      CFG_B: 'b',
      NAME: 'env',
      APP: 'env',
      CPU: '1500',
      PASSWORD: 'p@ss/data',
      BOTH: 'env-a-$(NONE)-$(NAME)',
      HOSTNAME: 'env',
    });
    expect(JSON.stringify(variables)).not.toContain('leak');
    expect(Object.keys(variables).filter((name) => /^(npm_|NODE_|VITEST)/.test(name))).toEqual([]);
  });

  it('find their volumes at their mount paths', async () => {
    cluster.apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'files', namespace: 'default' },
        data: { 'a.txt': 'A', 'b.txt': 'B' },
      },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'key', namespace: 'default' },
        data: { id: 'c2VjcmV0' },
      },
    );
    const pod = await run(
      scriptPod(
        'volumes',
        'cat /etc/app/a.txt /etc/one.txt /keys/id; echo; cat /info/labels; echo; cat /all/b /all/id; echo; pwd > /data/where; cat "$PLUMBLINE_ROOT/data/from-init"; test ! -e /etc/app/b.txt; stat -L -c %a /keys/id',
        {
          initContainers: [
            {
              name: 'first',
              image: 'x',
              command: ['sh', '-c', 'echo init > from-init'],
              workingDir: '/data',
              volumeMounts: [{ name: 'work', mountPath: '/data' }],
            },
          ],
          container: {
            workingDir: '/data',
            volumeMounts: [
              { name: 'cfg', mountPath: '/etc/app' },
              { name: 'cfg2', mountPath: '/etc/one.txt', subPath: 'b.txt' },
              { name: 'keys', mountPath: '/keys' },
              { name: 'info', mountPath: '/info' },
              { name: 'all', mountPath: '/all' },
              { name: 'work', mountPath: '/data' },
            ],
          },
          volumes: [
            { name: 'cfg', configMap: { name: 'files', items: [{ key: 'a.txt', path: 'a.txt' }] } },
            { name: 'cfg2', configMap: { name: 'files' } },
            { name: 'keys', secret: { secretName: 'key', defaultMode: 0o400 } },
            {
              name: 'info',
              downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] },
            },
            {
              name: 'all',
              projected: {
                sources: [
                  { configMap: { name: 'files', items: [{ key: 'b.txt', path: 'b' }] } },
                  { secret: { name: 'key' } },
                ],
              },
            },
            { name: 'work', emptyDir: {} },
          ],
        },
      ),
    );
    expect(await cluster.log('volumes')).toBe('ABsecret\napp="volumes"\nBsecret\ninit\n400\n');
    expect(phase(pod)).toBe('Succeeded');
  });

  it('see a ConfigMap change, and the labels of their pod', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'live', namespace: 'default' } };
    cluster.apply({ ...map, data: { value: 'old' } });
    cluster.apply(
      scriptPod(
        'watcher',
        'cat /cfg/value; echo; until grep -q new /cfg/value && grep -q READY /info/ready; do sleep 0.05; done; echo seen',
        {
          container: {
            volumeMounts: [
              { name: 'cfg', mountPath: '/cfg' },
              { name: 'info', mountPath: '/info' },
            ],
          },
          volumes: [
            { name: 'cfg', configMap: { name: 'live' } },
            {
              name: 'info',
              downwardAPI: {
                items: [{ path: 'ready', fieldRef: { fieldPath: "metadata.annotations['ready']" } }],
              },
            },
          ],
        },
      ),
    );
    const pod = await cluster.until('', 'Pod', 'watcher', (one) => phase(one) === 'Running');
    await expect.poll(() => cluster.log('watcher')).toBe('old\n');
    cluster.kube.access.update({ ...map, data: { value: 'new' } } as unknown as KubeObject, 'user');
    cluster.kube.access.update(
      { ...pod, metadata: { ...pod.metadata, annotations: { ready: 'READY' }, resourceVersion: '' } },
      'user',
    );
    expect(phase(await cluster.until('', 'Pod', 'watcher', ended))).toBe('Succeeded');
    expect(await cluster.log('watcher')).toBe('old\nseen\n');
  });

  it('wait for what they need, and go on when it appears', async () => {
    cluster.apply(
      scriptPod('waits', 'echo $X', {
        container: { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'later', key: 'x' } } }] },
      }),
    );
    const status = await cluster.container(
      'waits',
      (one) => record(record(one['state'])['waiting'])['message'] !== undefined,
    );
    expect(record(status['state'])['waiting']).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'configmap "later" not found',
    });
    cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'later', namespace: 'default' },
      data: { x: 'now' },
    });
    await cluster.until('', 'Pod', 'waits', ended);
    expect(await cluster.log('waits')).toBe('now\n');
  });

  it('run init containers in order and sidecars beside them', async () => {
    const mount = { volumeMounts: [{ name: 'w', mountPath: '/w' }] };
    const step = (name: string, script: string, more = {}) => ({
      name,
      image: 'x',
      command: ['sh', '-c', script],
      ...mount,
      ...more,
    });
    const pod = await run(
      scriptPod('inits', 'echo main >> /w/log; cat /w/log', {
        initContainers: [
          step('one', 'sleep 0.1; echo one >> /w/log'),
          step('side', 'echo side >> /w/log; trap "exit 0" TERM; while true; do sleep 0.05; done', {
            restartPolicy: 'Always',
            startupProbe: { exec: { command: ['grep', 'side', '/w/log'] }, periodSeconds: 1 },
          }),
          step('two', 'echo two >> /w/log'),
        ],
        container: mount,
        volumes: [{ name: 'w', emptyDir: {} }],
      }),
    );
    expect(await cluster.log('inits')).toBe('one\nside\ntwo\nmain\n');
    expect(phase(pod)).toBe('Succeeded');
    const side = records(statusOf(pod)['initContainerStatuses'])[1]!;
    expect(terminated(side)).toMatchObject({ exitCode: 0, reason: 'Completed' });
  });

  it('restart what fails, at once first and then after a while', async () => {
    cluster.apply(scriptPod('crash', 'echo try; exit 1', { restartPolicy: 'OnFailure' }));
    const status = await cluster.container(
      'crash',
      (one) => record(record(one['state'])['waiting'])['reason'] === 'CrashLoopBackOff',
    );
    expect(status).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
    expect(record(record(status['state'])['waiting'])['message']).toMatch(
      /^back-off 10s restarting failed container=main pod=crash_default\(/,
    );
    expect(await cluster.log('crash', '?previous=true')).toBe('try\n');
    cluster.kube.access.delete('', 'Pod', 'default', 'crash');
    await cluster.gone('', 'Pod', 'crash');
  });

  it('find an empty folder of their own with each start, and their volumes as they were', async () => {
    cluster.apply(
      scriptPod(
        'fresh',
        'ls; ls /keep; touch here "$TMPDIR/there" /keep/file; ls "$TMPDIR" | wc -l; test -e /keep/again && exit 0; touch /keep/again; exit 1',
        {
          restartPolicy: 'OnFailure',
          container: { volumeMounts: [{ name: 'keep', mountPath: '/keep' }] },
          volumes: [{ name: 'keep', emptyDir: {} }],
        },
      ),
    );
    await cluster.until('', 'Pod', 'fresh', ended);
    expect(await cluster.log('fresh')).toMatch(/^dev\nkeep\n(var\n)?again\nfile\n\s*1\n$/);
  });

  it('are ready when their probe says so, and restarted when they are found dead', async () => {
    const server = `let well = true;
      require('http').createServer((q, r) => {
        if (q.url === '/break') well = false;
        r.statusCode = q.url === '/health' && !well ? 500 : 200;
        r.end(process.env.HOSTNAME);
      }).listen(8080, process.env.POD_IP)`;
    cluster.apply(
      scriptPod('web', '', {
        restartPolicy: 'Always',
        container: {
          command: [node, '-e', server],
          env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
          ports: [{ name: 'http', containerPort: 8080 }],
          startupProbe: { tcpSocket: { port: 'http' }, periodSeconds: 1, failureThreshold: 20 },
          readinessProbe: { httpGet: { port: 'http', path: '/' }, periodSeconds: 1 },
          livenessProbe: { httpGet: { port: 8080, path: '/health' }, periodSeconds: 1, failureThreshold: 1 },
        },
      }),
    );
    const pod = await cluster.until('', 'Pod', 'web', isReady);
    const address = `http://${String(statusOf(pod)['podIP'])}:8080`;
    expect(await (await fetch(address)).text()).toBe('web');
    await fetch(`${address}/break`);
    const status = await cluster.container(
      'web',
      (one) => one['restartCount'] === 1 && one['ready'] === true,
    );
    expect(status).toMatchObject({ lastState: { terminated: { exitCode: 143 } } });
    const events = Array.from(cluster.kube.access.list('', 'Event', 'default'), (event) => event['message']);
    expect(events).toContain('Liveness probe failed: HTTP probe failed with statuscode: 500');
    expect(events).toContain('Container main failed liveness probe, will be restarted');
    cluster.kube.access.delete('', 'Pod', 'default', 'web');
    await cluster.gone('', 'Pod', 'web');
  });

  it('end with their whole group, after the hook and with the time that they are given', async () => {
    const file = join(cluster.folder, 'children');
    cluster.apply(
      scriptPod(
        'stubborn',
        `trap "" TERM; sh -c 'trap "" TERM; echo $$$$ > ${file}; sleep 600' & echo up; wait; sleep 600`,
        {
          terminationGracePeriodSeconds: 1,
          container: {
            volumeMounts: [{ name: 'w', mountPath: '/w' }],
            lifecycle: {
              postStart: { exec: { command: ['sh', '-c', 'echo post > /w/post'] } },
              preStop: { exec: { command: ['sh', '-c', `cat /w/post > ${file}.stopped`] } },
            },
            readinessProbe: { exec: { command: ['test', '-s', file] }, periodSeconds: 1 },
          },
          volumes: [{ name: 'w', emptyDir: {} }],
        },
      ),
    );
    await cluster.until('', 'Pod', 'stubborn', isReady);
    const child = Number(readFileSync(file, 'utf8'));
    expect(isAlive(child)).toBe(true);
    cluster.kube.access.delete('', 'Pod', 'default', 'stubborn');
    await cluster.gone('', 'Pod', 'stubborn');
    expect(readFileSync(`${file}.stopped`, 'utf8')).toBe('post\n');
    expect(isAlive(child)).toBe(false);
  });

  it('end when their time is over', async () => {
    const pod = await run(scriptPod('deadline', 'sleep 600', { activeDeadlineSeconds: 1 }));
    expect(statusOf(pod)).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });

  it('are killed when they use more memory than they may', async () => {
    const pod = await run(
      scriptPod('hungry', '', {
        container: {
          command: [node, '-e', 'const a = []; setInterval(() => a.push(Buffer.alloc(20e6, 1)), 20)'],
          resources: { limits: { memory: '120Mi' } },
        },
      }),
    );
    expect(terminated(records(statusOf(pod)['containerStatuses'])[0]!)).toMatchObject({
      exitCode: 137,
      reason: 'OOMKilled',
    });
  });

  it('log with times, tails and limits, and follow to the end', async () => {
    cluster.apply(scriptPod('talks', 'for i in 1 2 3; do echo line $i; done; echo oops >&2; printf rest'));
    await cluster.until('', 'Pod', 'talks', ended);
    expect(await cluster.log('talks')).toBe('line 1\nline 2\nline 3\noops\nrest');
    expect(await cluster.log('talks', '?tailLines=2')).toBe('oops\nrest');
    expect(await cluster.log('talks', '?tailLines=0')).toBe('');
    expect(await cluster.log('talks', '?limitBytes=9')).toBe('line 1\nli');
    expect(await cluster.log('talks', '?timestamps=true&tailLines=1')).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z rest$/,
    );
    expect(await cluster.log('talks', '?sinceTime=2100-01-01T00:00:00Z')).toBe('');
    cluster.apply(scriptPod('slow', 'for i in 1 2 3; do echo $i; sleep 0.1; done'));
    await cluster.until('', 'Pod', 'slow', (pod) => phase(pod) === 'Running');
    expect(await cluster.log('slow', '?follow=true')).toBe('1\n2\n3\n');
    await expect(cluster.log('slow', '?previous=true')).rejects.toThrow(
      'previous terminated container "main" in pod "slow" not found',
    );
  });

  it('simulate what names no command, and refuse one such container among others', async () => {
    const image = { name: 'main', image: 'nginx' };
    cluster.apply(scriptPod('played', '', { restartPolicy: 'Always', containers: [image] }));
    await cluster.until('', 'Pod', 'played', isReady);
    expect(await cluster.log('played')).toContain('This container is simulated');
    cluster.apply(
      scriptPod('mixed', '', { containers: [image, { name: 'run', image: 'x', command: ['sleep', '600'] }] }),
    );
    const status = await cluster.container(
      'mixed',
      (one) => record(record(one['state'])['waiting'])['reason'] === 'CreateContainerError',
    );
    expect(record(record(status['state'])['waiting'])['message']).toContain('no command specified');
  });

  it.each([
    ['hostPath', { hostPath: { path: '/etc' } }, 'hostPath /etc is refused'],
    ['nfs', { nfs: { server: 'x', path: '/y' } }, 'volumes of the type nfs are not built'],
  ])('are refused a volume of the type %s', async (type, source, message) => {
    cluster.apply(
      scriptPod(`no-${type.toLowerCase()}`, 'true', {
        container: { volumeMounts: [{ name: 'v', mountPath: '/v' }] },
        volumes: [{ name: 'v', ...source }],
      }),
    );
    const seen = (): boolean =>
      Array.from(cluster.kube.access.list('', 'Event', 'default')).some((event) =>
        String(event['message']).includes(message),
      );
    await new Promise<void>((resolve) => {
      if (seen()) resolve();
      const cancel = cluster.kube.access.subscribe('', 'Event', () => {
        if (!seen()) return;
        cancel();
        resolve();
      });
    });
    expect(phase(cluster.get('', 'Pod', `no-${type.toLowerCase()}`)!)).toBe('Pending');
  });

  it('leave no folder behind', async () => {
    const pod = await run(scriptPod('tidy', 'echo x > "$PLUMBLINE_ROOT/file"'));
    const folder = join(cluster.folder, 'pods/pods', pod.metadata.uid ?? '');
    expect(existsSync(folder)).toBe(true);
    cluster.kube.access.delete('', 'Pod', 'default', 'tidy');
    await cluster.gone('', 'Pod', 'tidy');
    await expect.poll(() => existsSync(folder)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('folders of this machine', { timeout: 60_000 }, () => {
  it('are mounted where they were allowed by name, and a link does not lead out of them', async () => {
    const allowed = mkdtempSync(join(tmpdir(), 'plumbline-host-'));
    mkdirSync(join(allowed, 'inner'));
    writeFileSync(join(allowed, 'inner/file'), 'host\n');
    const cluster = await startLocalCluster({
      localPods: { folder: join(allowed, 'pods'), hostPaths: [join(allowed, 'inner')] },
    });
    const pod = (name: string, path: string) =>
      scriptPod(name, 'cat /host/file', {
        container: { volumeMounts: [{ name: 'v', mountPath: '/host' }] },
        volumes: [{ name: 'v', hostPath: { path, type: 'Directory' } }],
      });
    cluster.apply(
      pod('yes', join(allowed, 'inner')),
      pod('no', allowed),
      pod('dots', join(allowed, 'inner/../..')),
    );
    await cluster.until('', 'Pod', 'yes', ended);
    expect(await cluster.log('yes')).toBe('host\n');
    expect(phase(cluster.get('', 'Pod', 'no')!)).toBe('Pending');
    expect(readdirSync(join(allowed, 'pods/pods')).length).toBeGreaterThan(0);
    await cluster.stop();
    rmSync(allowed, { recursive: true, force: true });
  });
});
