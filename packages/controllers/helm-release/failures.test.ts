import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReleaseSecret, releaseSecret } from '@plumbline/render';
import { bad, chartOf, good, openGround, values } from './test/ground.ts';
import type { Ground } from './test/ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.close());

const configMap = (name: string, data = '{}'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${data}\n`;
const refusedService =
  'apiVersion: v1\nkind: Service\nmetadata: {name: refused}\nspec: {ports: [{port: 99999}]}\n';
const job = (name: string, events: string, more = '', simulate = ''): string =>
  [
    'apiVersion: batch/v1',
    'kind: Job',
    'metadata:',
    `  name: ${name}`,
    `  annotations: {helm.sh/hook: "${events}"${more}}`,
    'spec:',
    '  backoffLimit: 0',
    '  template:',
    `    metadata: {annotations: {plumbline.dev/simulate: "${simulate}"}}`,
    '    spec:',
    '      restartPolicy: Never',
    '      containers: [{name: main, image: "busybox:1"}]',
    '',
  ].join('\n');
const stuck = [
  'apiVersion: apps/v1',
  'kind: Deployment',
  'metadata: {name: "{{ .Release.Name }}"}',
  'spec:',
  '  selector: {matchLabels: {app: "{{ .Release.Name }}"}}',
  '  template:',
  '    metadata:',
  '      labels: {app: "{{ .Release.Name }}"}',
  '      annotations: {plumbline.dev/simulate: never-ready}',
  '    spec: {containers: [{name: main, image: "nginx:1"}]}',
  '',
].join('\n');

const statuses = async (name: string): Promise<readonly (string | undefined)[]> =>
  good(await ground.actions(3).history(name)).map(({ release }) => release.info.status);

describe('a release that fails', () => {
  it('is recorded with why, and the next upgrade goes on from it', async () => {
    const actions = ground.actions(3);
    const broken = await chartOf({ 'templates/a.yaml': configMap('f1'), 'templates/b.yaml': refusedService });
    const words = bad(await actions.install({ name: 'f1', chart: broken, config: values() }));
    expect(words).toMatch(/^1 error occurred:\n\t\* Service "refused" is invalid: /);
    const last = good(await actions.get('f1'));
    expect(last.release.info).toMatchObject({
      status: 'failed',
      description: `Release "f1" failed: ${words}`,
    });
    const mended = await chartOf({ 'templates/a.yaml': configMap('f1') });
    good(await actions.upgrade({ name: 'f1', chart: mended, config: values() }));
    // With nothing deployed before, what failed is superseded as Helm does it.
    expect(await statuses('f1')).toEqual(['superseded', 'deployed']);
  });

  it('goes away again with rollbackOnFailure', async () => {
    const actions = ground.actions(4);
    const chart = await chartOf(
      { 'templates/a.yaml': configMap('f2'), 'templates/b.yaml': refusedService },
      4,
    );
    const done = await actions.install({ name: 'f2', chart, config: values(), rollbackOnFailure: true });
    expect(bad(done)).toMatch(
      /^release f2 failed, and has been uninstalled due to rollback-on-failure being set: server-side apply failed/,
    );
    expect(bad(await actions.get('f2'))).toBe('release: not found');
    expect(await ground.object('ConfigMap', 'f2')).toBeUndefined();
  });

  it('is rolled back with rollbackOnFailure', async () => {
    const actions = ground.actions(3);
    const fine = await chartOf({ 'templates/a.yaml': configMap('f3', '{word: "one"}') });
    const broken = await chartOf({
      'templates/a.yaml': configMap('f3', '{word: "two"}'),
      'templates/b.yaml': refusedService,
    });
    good(await actions.install({ name: 'f3', chart: fine, config: values() }));
    const done = await actions.upgrade({
      name: 'f3',
      chart: broken,
      config: values(),
      rollbackOnFailure: true,
    });
    expect(bad(done)).toMatch(/^release f3 failed, and has been rolled back due to atomic being set: /);
    expect(await statuses('f3')).toEqual(['superseded', 'failed', 'deployed']);
    expect(await ground.object('ConfigMap', 'f3')).toMatchObject({ data: { word: 'one' } });
  });

  it('takes what it created with it where that is asked for', async () => {
    const actions = ground.actions(3);
    const fine = await chartOf({ 'templates/a.yaml': configMap('f4') });
    const broken = await chartOf({
      'templates/a.yaml': configMap('f4'),
      'templates/b.yaml': configMap('f4-new'),
      'templates/c.yaml': refusedService,
    });
    good(await actions.install({ name: 'f4', chart: fine, config: values() }));
    bad(await actions.upgrade({ name: 'f4', chart: broken, config: values(), cleanupOnFail: true }));
    expect(await ground.object('ConfigMap', 'f4-new')).toBeUndefined();
    expect(await ground.object('ConfigMap', 'f4')).toBeDefined();
  });

  it.each([
    [3, 'context deadline exceeded'],
    [4, 'resource Deployment/default/f5-4 not ready. status: InProgress, message: '],
  ] as const)('because nothing becomes ready says so (Helm %i)', async (profile, words) => {
    const chart = await chartOf({ 'templates/a.yaml': stuck }, profile);
    const name = `f5-${profile}`;
    const done = await ground
      .actions(profile)
      .install({ name, chart, config: values(), wait: true, timeoutMs: 700 });
    expect(bad(done)).toContain(words);
    expect(await statuses(name)).toEqual(['failed']);
  });

  it('because somebody cancelled it says so', async () => {
    const stopping = new AbortController();
    const actions = ground.actions(3, { signal: stopping.signal });
    const chart = await chartOf({ 'templates/a.yaml': stuck });
    const installing = actions.install({ name: 'f6', chart, config: values(), wait: true });
    setTimeout(() => stopping.abort(), 300);
    expect(bad(await installing)).toBe('context canceled');
    expect(await statuses('f6')).toEqual(['failed']);
  });
});

describe('hooks', () => {
  it('run by weight, are recorded, and go where their policy says so', async () => {
    const chart = await chartOf({
      'templates/a.yaml': configMap('h1'),
      'templates/late.yaml': job('h1-late', 'pre-install', ', helm.sh/hook-weight: "5"'),
      'templates/early.yaml': job(
        'h1-early',
        'pre-install',
        ', helm.sh/hook-weight: "-5", helm.sh/hook-delete-policy: hook-succeeded',
      ),
    });
    const { release } = good(await ground.actions(3).install({ name: 'h1', chart, config: values() }));
    const runs = new Map(release.hooks?.map((hook) => [hook.name, hook]));
    const [early, late] = [runs.get('h1-early')?.last_run, runs.get('h1-late')?.last_run];
    expect([early?.phase, late?.phase]).toEqual(['Succeeded', 'Succeeded']);
    expect(Date.parse(early?.completed_at ?? '')).toBeLessThanOrEqual(Date.parse(late?.started_at ?? ''));
    expect(runs.get('h1-late')?.delete_policies).toEqual(['before-hook-creation']);
    expect(await ground.object('Job', 'h1-early')).toBeUndefined();
    expect(await ground.object('Job', 'h1-late')).toBeDefined();
  });

  it('that fail stop the action, and print what they are told to print', async () => {
    const chart = await chartOf({
      'templates/a.yaml': configMap('h2'),
      'templates/h.yaml': job(
        'h2-fails',
        'pre-install',
        ', helm.sh/hook-output-log-policy: hook-failed',
        'fail',
      ),
    });
    const done = await ground.actions(3).install({ name: 'h2', chart, config: values() });
    expect(bad(done)).toBe(
      'failed pre-install: 1 error occurred:\n\t* job h2-fails failed: BackoffLimitExceeded\n\n',
    );
    expect(await ground.object('ConfigMap', 'h2')).toBeUndefined();
    expect(ground.logs.join('')).toContain('simulated');
    const { release } = good(await ground.actions(3).get('h2'));
    expect(release.hooks?.[0]?.last_run?.phase).toBe('Failed');
  });

  it('are left alone with noHooks', async () => {
    const chart = await chartOf({ 'templates/h.yaml': job('h3-fails', 'pre-install', '', 'fail') });
    good(await ground.actions(3).install({ name: 'h3', chart, config: values(), noHooks: true }));
    expect(await ground.object('Job', 'h3-fails')).toBeUndefined();
  });
});

describe.each([3, 4] as const)('tests as Helm %i runs them', (profile) => {
  const name = `t${profile}`;
  const pod = (suffix: string, simulate: string, more = ''): string =>
    [
      'apiVersion: v1',
      'kind: Pod',
      'metadata:',
      `  name: ${name}-${suffix}`,
      `  annotations: {helm.sh/hook: test, plumbline.dev/simulate: "${simulate}"${more}}`,
      'spec:',
      '  restartPolicy: Never',
      '  containers: [{name: main, image: "busybox:1"}]',
      '',
    ].join('\n');
  const files = {
    'templates/a.yaml': configMap('"{{ .Release.Name }}"'),
    'templates/good.yaml': pod('good', 'complete', ', helm.sh/hook-delete-policy: hook-succeeded'),
    'templates/bad.yaml': pod('bad', 'fail', ', helm.sh/hook-weight: "5"'),
  };

  it('runs those that are wanted, reads what they print before they go, and records them', async () => {
    const actions = ground.actions(profile);
    good(await actions.install({ name, chart: await chartOf(files, profile), config: values() }));
    const { release, logs, failure } = good(
      await actions.test({ name, exclude: [`${name}-bad`], logs: true }),
    );
    expect(failure).toBeUndefined();
    const container = profile === 3 ? {} : { container: 'main' };
    expect(logs).toEqual([
      { name: `${name}-good`, ...container, text: expect.stringContaining('simulated') },
    ]);
    expect(release.release.hooks?.map((hook) => [hook.name, hook.last_run?.phase])).toEqual([
      [`${name}-bad`, ''],
      [`${name}-good`, 'Succeeded'],
    ]);
    expect(await ground.object('Pod', `${name}-good`)).toBeUndefined();
    expect(good(await actions.get(name)).release.hooks).toEqual(release.release.hooks);
  });

  it('tells of those that failed with the release that says so', async () => {
    const actions = ground.actions(profile);
    const { release, failure } = good(await actions.test({ name, include: [`${name}-bad`] }));
    expect(failure?.message).toContain(`${name}-bad`);
    const failed = release.release.hooks?.find((hook) => hook.name === `${name}-bad`);
    expect(failed?.last_run?.phase).toBe('Failed');
    expect(bad(await actions.test({ name: 'nobody' }))).toBe('release: not found');
    expect(bad(await actions.test({ name: 'No Name' }))).toBe(
      'releaseTest: Release name is invalid: No Name',
    );
  });
});

describe('what belongs to somebody else', () => {
  it('is not taken, unless it is meant to be', async () => {
    await ground.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'o1', namespace: 'default', annotations: { 'meta.helm.sh/release-name': 'x' } },
    });
    const chart = await chartOf({ 'templates/a.yaml': configMap('o1', '{word: "ours"}') });
    const actions = ground.actions(3);
    const request = { name: 'o1', chart, config: values() };
    expect(bad(await actions.install(request))).toBe(
      'Unable to continue with install: ConfigMap "o1" in namespace "default" exists and cannot be imported into the ' +
        'current release: invalid ownership metadata; label validation error: missing key ' +
        '"app.kubernetes.io/managed-by": must be set to "Helm"; annotation validation error: key ' +
        '"meta.helm.sh/release-name" must equal "o1": current value is "x"; annotation validation error: missing ' +
        'key "meta.helm.sh/release-namespace": must be set to "default"',
    );
    expect(bad(await actions.get('o1'))).toBe('release: not found');
    good(await actions.install({ ...request, takeOwnership: true }));
    expect(await ground.object('ConfigMap', 'o1')).toMatchObject({ data: { word: 'ours' } });
  });

  it('is not changed where the release leaves fields to others', async () => {
    const chart = await chartOf({ 'templates/a.yaml': configMap('o2', '{a: "1"}') });
    const next = await chartOf({ 'templates/a.yaml': configMap('o2', '{b: "2"}') });
    const actions = ground.actions(3);
    good(await actions.install({ name: 'o2', chart, config: values() }));
    const ref = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'o2' };
    await ground.cluster.patch(ref, 'application/merge-patch+json', { data: { theirs: 'x' } });
    good(await actions.upgrade({ name: 'o2', chart: next, config: values() }));
    expect(await ground.object('ConfigMap', 'o2')).toMatchObject({ data: { b: '2', theirs: 'x' } });
    expect((await ground.object('ConfigMap', 'o2'))?.['data']).not.toHaveProperty('a');
  });
});

describe('one action at a time', () => {
  it('is what a pending release stands for', async () => {
    const actions = ground.actions(3);
    const chart = await chartOf({ 'templates/a.yaml': configMap('p1') });
    good(await actions.install({ name: 'p1', chart, config: values() }));
    const secret = await ground.object('Secret', 'sh.helm.release.v1.p1.v1');
    if (secret === undefined) throw new Error('there is no record');
    const stored = good(await readReleaseSecret(secret));
    const release = { ...stored.release, info: { ...stored.release.info, status: 'pending-upgrade' } };
    await ground.cluster.update(
      await releaseSecret({ ...stored, release }, { name: 'modifiedAt', ms: 0 }, 'default'),
    );
    expect(bad(await actions.upgrade({ name: 'p1', chart, config: values() }))).toBe(
      'another operation (install/upgrade/rollback) is in progress',
    );
  });

  it('is kept by the record that both want to make', async () => {
    const chart = await chartOf({ 'templates/a.yaml': configMap('p2') });
    const request = { name: 'p2', chart, config: values() };
    const done = await Promise.all([ground.actions(3).install(request), ground.actions(3).install(request)]);
    expect(done.filter(({ ok }) => ok)).toHaveLength(1);
  });
});
