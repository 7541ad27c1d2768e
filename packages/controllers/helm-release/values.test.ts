import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseSecret } from '@plumbline/render';
import { bad, chartOf, good, openGround, values } from './test/ground.ts';
import type { Ground } from './test/ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.close());

const printed =
  'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\ndata: {values: {{ .Values | toJson | quote }}}\n';

async function shown(name: string): Promise<unknown> {
  const object = await ground.object('ConfigMap', name);
  const data = object?.['data'] as { readonly values?: string } | undefined;
  return JSON.parse(data?.values ?? 'null');
}

describe('values of an upgrade', () => {
  it.each([
    ['auto', {}, { a: 'said', b: 'new', c: 'new' }],
    ['auto', { b: 'now' }, { a: 'new', b: 'now', c: 'new' }],
    ['reset', {}, { a: 'new', b: 'new', c: 'new' }],
    ['reuse', { c: 'now' }, { a: 'said', b: 'old', c: 'now' }],
    ['reset-then-reuse', { c: 'now' }, { a: 'said', b: 'new', c: 'now' }],
  ] as const)('%s with %j', async (mode, said, wanted) => {
    const name = `v-${mode}-${Object.keys(said).join('')}x`;
    const actions = ground.actions(3);
    const before = await chartOf({ 'values.yaml': '{a: old, b: old}', 'templates/a.yaml': printed });
    const after = await chartOf({ 'values.yaml': '{a: new, b: new, c: new}', 'templates/a.yaml': printed });
    good(await actions.install({ name, chart: before, config: values({ a: 'said' }) }));
    good(await actions.upgrade({ name, chart: after, config: values(said), values: mode }));
    expect(await shown(name)).toEqual(wanted);
  });
});

describe('what a chart sees of the cluster', () => {
  it('are its answers to lookups, also those that depend on others', async () => {
    const chart = await chartOf({
      'templates/a.yaml': [
        '{{- $first := lookup "v1" "ConfigMap" "default" "seen" }}',
        '{{- $second := lookup "v1" "ConfigMap" "default" (dig "data" "next" "none" $first) }}',
        'apiVersion: v1',
        'kind: ConfigMap',
        'metadata: {name: l1}',
        'data:',
        '  found: "{{ dig "data" "word" "nothing" $second }}"',
        '  none: "{{ lookup "v1" "ConfigMap" "default" "nowhere" | empty }}"',
        '  listed: "{{ len (lookup "v1" "ConfigMap" "default" "").items | lt 1 }}"',
        '  served: "{{ .Capabilities.APIVersions.Has "apps/v1/Deployment" }}"',
        '',
      ].join('\n'),
    });
    const object = (name: string, data: Readonly<Record<string, string>>) =>
      ground.cluster.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'default' },
        data,
      });
    await object('seen', { next: 'further' });
    await object('further', { word: 'hidden' });
    good(await ground.actions(3).install({ name: 'l1', chart, config: values() }));
    expect(await ground.object('ConfigMap', 'l1')).toMatchObject({
      data: { found: 'hidden', none: 'true', listed: 'true', served: 'true' },
    });
  });

  it('is nothing in a dry run on the client, and nothing is changed by any', async () => {
    const chart = await chartOf({
      'templates/a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: l2}\ndata: {n: "{{ len (lookup "v1" "Namespace" "" "") }}"}\n',
    });
    const actions = ground.actions(3);
    const client = good(await actions.install({ name: 'l2', chart, config: values(), dryRun: 'client' }));
    const server = good(await actions.install({ name: 'l2', chart, config: values(), dryRun: 'server' }));
    expect(client.release.manifest).toContain('n: "0"');
    expect(server.release.manifest).not.toContain('n: "0"');
    expect(server.release.info).toMatchObject({ status: 'pending-install', description: 'Dry run complete' });
    expect(await ground.object('ConfigMap', 'l2')).toBeUndefined();
  });
});

describe('a post-renderer', () => {
  it('has the last word on the manifest', async () => {
    const chart = await chartOf({ 'templates/a.yaml': printed });
    const postRender = (manifest: string) =>
      Promise.resolve(manifest.replace('\ndata:', '\nimmutable: true\ndata:'));
    const done = good(await ground.actions(3).install({ name: 'pr', chart, config: values(), postRender }));
    expect(done.release.manifest).toContain('immutable: true');
    expect(await ground.object('ConfigMap', 'pr')).toMatchObject({ immutable: true });
  });

  it('that fails is what is wrong', async () => {
    const chart = await chartOf({ 'templates/a.yaml': printed });
    const postRender = () => Promise.reject(new Error('it broke'));
    const done = await ground.actions(3).install({ name: 'pf', chart, config: values(), postRender });
    expect(bad(done)).toBe('error while running post render on files: it broke');
  });
});

describe('definitions of a chart', () => {
  const definition = (extra: string): string =>
    [
      'apiVersion: apiextensions.k8s.io/v1',
      'kind: CustomResourceDefinition',
      'metadata: {name: widgets.example.com}',
      'spec:',
      '  group: example.com',
      '  scope: Namespaced',
      '  names: {kind: Widget, plural: widgets}',
      '  versions:',
      '    - name: v1',
      '      served: true',
      '      storage: true',
      '      schema:',
      '        openAPIV3Schema:',
      `          {type: object, properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}${extra}}}`,
      '',
    ].join('\n');
  const widget = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {list: [1, 2]}\n';

  it('are there before its objects, stay as they are, and outlive the release', async () => {
    const actions = ground.actions(3);
    const first = await chartOf({ 'crds/w.yaml': definition(''), 'templates/w.yaml': widget });
    good(await actions.install({ name: 'd1', chart: first, config: values() }));
    expect(await ground.object('Widget', 'w')).toMatchObject({ spec: { list: [1, 2] } });
    const second = await chartOf({
      'crds/w.yaml': definition(', more: {type: string}'),
      'templates/w.yaml': widget.replace('[1, 2]', '[3]'),
    });
    good(await actions.upgrade({ name: 'd1', chart: second, config: values() }));
    expect(await ground.object('Widget', 'w')).toMatchObject({ spec: { list: [3] } });
    const served = JSON.stringify(await ground.object('CustomResourceDefinition', 'widgets.example.com', ''));
    expect(served).not.toContain('more');
    good(
      await actions.upgrade({
        name: 'd1',
        chart: second,
        config: values(),
        definitions: 'create-or-replace',
      }),
    );
    const replaced = JSON.stringify(
      await ground.object('CustomResourceDefinition', 'widgets.example.com', ''),
    );
    expect(replaced).toContain('more');
    good(await actions.uninstall({ name: 'd1' }));
    expect(await ground.object('CustomResourceDefinition', 'widgets.example.com', '')).toBeDefined();
  });
});

describe('what stays', () => {
  it('is what says that it wants to be kept', async () => {
    const actions = ground.actions(3);
    const kept = (name: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, annotations: {helm.sh/resource-policy: keep}}\n`;
    const chart = await chartOf({ 'templates/a.yaml': kept('k1'), 'templates/b.yaml': kept('k2') });
    const next = await chartOf({ 'templates/a.yaml': kept('k1') });
    good(await actions.install({ name: 'k', chart, config: values() }));
    good(await actions.upgrade({ name: 'k', chart: next, config: values() }));
    const done = good(await actions.uninstall({ name: 'k' }));
    expect(done.info).toBe('These resources were kept due to the resource policy:\n[ConfigMap] k1\n');
    expect(await ground.object('ConfigMap', 'k1')).toBeDefined();
    expect(await ground.object('ConfigMap', 'k2')).toBeDefined();
  });

  it('is what a later Helm has written into a record', async () => {
    const actions = ground.actions(3);
    const chart = await chartOf({ 'templates/a.yaml': printed });
    good(await actions.install({ name: 'later', chart, config: values() }));
    const before = good(await actions.get('later'));
    const release = { ...before.release, invention: { of: ['tomorrow'] } };
    await ground.cluster.update(
      await releaseSecret({ ...before, release }, { name: 'modifiedAt', ms: 0 }, 'default'),
    );
    good(await actions.upgrade({ name: 'later', chart, config: values({ a: 1 }) }));
    const first = good(await actions.get('later', 1));
    expect(first.release).toMatchObject({
      invention: { of: ['tomorrow'] },
      info: { status: 'superseded', description: 'Install complete' },
    });
  });

  it('are as many revisions as are wanted, and what is deployed', async () => {
    const actions = ground.actions(3);
    const chart = await chartOf({ 'templates/a.yaml': printed });
    good(await actions.install({ name: 'm', chart, config: values() }));
    for (let n = 0; n < 4; n++)
      good(await actions.upgrade({ name: 'm', chart, config: values({ n }), historyMax: 2 }));
    const history = good(await actions.history('m'));
    expect(history.map(({ release }) => release.version)).toEqual([4, 5]);
  });

  it('is the history, where that is asked for', async () => {
    const actions = ground.actions(3);
    const chart = await chartOf({ 'templates/a.yaml': printed });
    good(await actions.install({ name: 'u', chart, config: values(), labels: { team: 'a' } }));
    good(await actions.uninstall({ name: 'u', keepHistory: true }));
    const last = good(await actions.get('u'));
    expect(last).toMatchObject({ release: { info: { status: 'uninstalled' } }, labels: { team: 'a' } });
    expect(good(await actions.list()).some(({ release }) => release.name === 'u')).toBe(true);
    good(await actions.install({ name: 'u', chart, config: values(), replace: true }));
    expect(good(await actions.history('u')).map(({ release }) => release.info.status)).toEqual([
      'superseded',
      'deployed',
    ]);
  });
});

describe('from one Helm to the other', () => {
  it('fields that were updated become fields that are applied', async () => {
    const data = (text: string): Record<string, string> => ({
      'templates/a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x1}\ndata: ${text}\n`,
    });
    good(
      await ground
        .actions(3)
        .install({ name: 'x1', chart: await chartOf(data('{a: "1", b: "2"}')), config: values() }),
    );
    const done = good(
      await ground.actions(4).upgrade({
        name: 'x1',
        chart: await chartOf(data('{a: "1"}'), 4),
        config: values(),
        serverSide: true,
      }),
    );
    expect(done.release.apply_method).toBe('ssa');
    const object = await ground.object('ConfigMap', 'x1');
    expect(object?.['data']).toEqual({ a: '1' });
    expect(object?.metadata.managedFields?.map(({ operation }) => operation)).toEqual(['Apply']);
  });
});
