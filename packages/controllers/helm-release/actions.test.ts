import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bad, chartOf, good, openGround, values } from './test/ground.ts';
import type { Ground } from './test/ground.ts';

const files = {
  'values.yaml': 'color: red\nreplicas: 1\nextra: false\n',
  'templates/cm.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  color: {{ .Values.color }}\n  revision: "{{ .Release.Revision }}"\n  upgrade: "{{ .Release.IsUpgrade }}"\n',
  'templates/extra.yaml':
    '{{ if .Values.extra }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-extra\n{{ end }}\n',
  'templates/deployment.yaml': [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: {name: "{{ .Release.Name }}"}',
    'spec:',
    '  replicas: {{ .Values.replicas }}',
    '  selector: {matchLabels: {app: "{{ .Release.Name }}"}}',
    '  template:',
    '    metadata: {labels: {app: "{{ .Release.Name }}"}}',
    '    spec: {containers: [{name: main, image: "nginx:1"}]}',
    '',
  ].join('\n'),
  'templates/NOTES.txt': 'It is {{ .Values.color }}.\n',
};

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.close());

describe.each([3, 4] as const)('actions as Helm %i has them', (profile) => {
  const name = `web${profile}`;
  it('install, upgrade, roll back and uninstall', async () => {
    const actions = ground.actions(profile);
    const chart = await chartOf(files, profile);
    const installed = good(
      await actions.install({ name, chart, config: values({ color: 'blue' }), wait: true }),
    );
    expect(installed.release.info).toMatchObject({
      status: 'deployed',
      description: 'Install complete',
      notes: 'It is blue.\n',
    });
    expect(installed.release.apply_method).toBe(profile === 3 ? undefined : 'ssa');
    const configMap = await ground.object('ConfigMap', name);
    expect(configMap).toMatchObject({
      data: { color: 'blue', revision: '1', upgrade: 'false' },
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': 'default' },
      },
    });
    const upgraded = good(
      await actions.upgrade({ name, chart, config: values({ color: 'green', extra: true }), wait: true }),
    );
    expect(upgraded.release).toMatchObject({ version: 2, info: { status: 'deployed' } });
    expect(await ground.object('ConfigMap', name)).toMatchObject({ data: { color: 'green', revision: '2' } });
    expect(await ground.object('ConfigMap', `${name}-extra`)).toBeDefined();
    const back = good(await actions.rollback({ name }));
    expect(back.release).toMatchObject({ version: 3, info: { description: 'Rollback to 1' } });
    expect(await ground.object('ConfigMap', name)).toMatchObject({ data: { color: 'blue', revision: '1' } });
    expect(await ground.object('ConfigMap', `${name}-extra`)).toBeUndefined();
    const history = good(await actions.history(name));
    expect(history.map(({ release }) => release.info.status)).toEqual([
      'superseded',
      'superseded',
      'deployed',
    ]);
    good(await actions.uninstall({ name, wait: true }));
    expect(await ground.object('ConfigMap', name)).toBeUndefined();
    expect(await ground.object('Deployment', name)).toBeUndefined();
    expect(bad(await actions.history(name))).toBe('release: not found');
  });
});
