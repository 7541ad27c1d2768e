import { createKustomizeRenderer } from '@plumbline/render';
import type { KustomizeParameters } from '@plumbline/render';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';

const deployment = [
  'apiVersion: apps/v1',
  'kind: Deployment',
  'metadata: {name: web}',
  'spec:',
  '  selector: {matchLabels: {app: web}}',
  '  template:',
  '    metadata: {labels: {app: web}}',
  '    spec: {containers: [{name: web, image: "nginx:1"}]}',
  '',
].join('\n');

const kustomization = [
  'resources: [web.yaml]',
  'commonLabels: {team: a}',
  'commonAnnotations: {note: old}',
  'images: [{name: other, newTag: "9"}, {name: nginx, newName: mirror/nginx, newTag: "2"}]',
  '',
].join('\n');

const files = {
  'app/kustomization.yaml': kustomization,
  'app/web.yaml': deployment,
  'app/parts/extra/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -extra\n',
};

/** One object as Argo CD's parameters change it, or what is wrong. */
async function rendered(parameters: KustomizeParameters) {
  const renderer = createKustomizeRenderer({ context: { variable: (name) => `<${name}>` } });
  const result = await renderer.render({ tree: memoryTree(files), path: 'app', parameters });
  if (!result.ok) return result.error[0]?.message;
  return result.value.manifests[0]?.object as unknown as {
    metadata: Record<string, unknown>;
    spec: {
      replicas?: number;
      selector: { matchLabels: Record<string, string> };
      template: { metadata: { labels: Record<string, string> }; spec: { containers: { image: string }[] } };
    };
  };
}

async function of<T>(
  parameters: KustomizeParameters,
  pick: (object: Exclude<Awaited<ReturnType<typeof rendered>>, string | undefined>) => T,
) {
  const object = await rendered(parameters);
  return typeof object === 'string' || object === undefined ? object : pick(object);
}

describe('parameters of an Application', () => {
  it.each<[string, KustomizeParameters, unknown]>([
    ['a prefix and a suffix', { namePrefix: 'p-', nameSuffix: '-s' }, 'p-web-s'],
    ['a component', { components: ['parts/extra'] }, 'web-extra'],
    ['a component that is not there', { components: ['parts/none'], ignoreMissingComponents: true }, 'web'],
    ['another version', { version: 'v5.0.0' }, 'web'],
    [
      'a patch that renames',
      {
        patches: [
          {
            patch: `${deployment.split('\n').slice(0, 2).join('\n')}\nmetadata: {name: new}`,
            target: { kind: 'Deployment' },
            options: { allowNameChange: true },
          },
        ],
      },
      'new',
    ],
  ])('names: %s', async (_, parameters, expected) =>
    expect(await of(parameters, ({ metadata }) => metadata['name'])).toEqual(expected),
  );

  it.each<[string, unknown]>([
    ['nginx:7', 'nginx:7'],
    ['nginx=quay.io/nginx:7', 'quay.io/nginx:7'],
    ['nginx=quay.io/nginx', 'quay.io/nginx:1'],
    ['nginx=*:7', 'mirror/nginx:7'],
    ['nginx=quay.io/nginx:*', 'quay.io/nginx:2'],
    ['nginx@sha256:00', 'nginx@sha256:00'],
    ['nginx:$ARGOCD_APP_REVISION_SHORT', 'nginx:<ARGOCD_APP_REVISION_SHORT>'],
    ['nothing:1', 'mirror/nginx:2'],
  ])('the image %s', async (image, expected) => {
    const first = await of({ images: [image] }, ({ spec }) => spec.template.spec.containers[0]?.image);
    expect(first).toEqual(expected);
  });

  it('refuses images that say nothing', async () => {
    expect(await rendered({ images: ['nginx'] })).toContain(
      'invalid format of image, use one of the following options:',
    );
  });

  it.each<[string, KustomizeParameters, unknown]>([
    [
      'everywhere',
      { commonLabels: { env: '$X' } },
      [
        { team: 'a', env: '<X>' },
        { app: 'web', team: 'a', env: '<X>' },
        { app: 'web', team: 'a', env: '<X>' },
      ],
    ],
    [
      'on metadata only',
      { commonLabels: { env: 'x' }, labelWithoutSelector: true },
      [
        { team: 'a', env: 'x' },
        { app: 'web', team: 'a' },
        { app: 'web', team: 'a' },
      ],
    ],
    [
      'also in templates',
      { commonLabels: { env: 'x' }, labelWithoutSelector: true, labelIncludeTemplates: true },
      [
        { team: 'a', env: 'x' },
        { app: 'web', team: 'a' },
        { app: 'web', team: 'a', env: 'x' },
      ],
    ],
    [
      'that are there already, by force',
      { commonLabels: { team: 'b' }, forceCommonLabels: true },
      [{ team: 'b' }, { app: 'web', team: 'b' }, { app: 'web', team: 'b' }],
    ],
  ])('labels: %s', async (_, parameters, expected) =>
    expect(
      await of(parameters, ({ metadata, spec }) => [
        metadata['labels'],
        spec.selector.matchLabels,
        spec.template.metadata.labels,
      ]),
    ).toEqual(expected),
  );

  it.each<[KustomizeParameters, string]>([
    [{ commonLabels: { team: 'b' } }, 'label team already in kustomization file. Use --force to override.'],
    [
      { commonAnnotations: { note: 'b' } },
      'annotation note already in kustomization file. Use --force to override.',
    ],
    [{ commonLabels: { x: 'y' }, labelIncludeTemplates: true }, '--without-selector flag must be specified'],
    [{ replicas: [{ name: 'web', count: 'many' }] }, 'expected integer value for count. Received: many'],
    [{ replicas: [{ name: 'none', count: 1 }] }, 'resource with name none does not match a config'],
  ])('refuses %j', async (parameters, words) => expect(await rendered(parameters)).toContain(words));

  it.each<[KustomizeParameters, unknown]>([
    [{ commonAnnotations: { a: '$X' } }, { note: 'old', a: '$X' }],
    [
      { commonAnnotations: { a: '$X' }, commonAnnotationsEnvsubst: true },
      { note: 'old', a: '<X>' },
    ],
    [{ commonAnnotations: { note: 'new' }, forceCommonAnnotations: true }, { note: 'new' }],
  ])('annotates with %j', async (parameters, expected) =>
    expect(await of(parameters, ({ metadata }) => metadata['annotations'])).toEqual(expected),
  );

  it('sets namespace and replicas', async () => {
    const parameters = { namespace: 'prod', replicas: [{ name: 'web', count: '4' }] };
    expect(await of(parameters, ({ metadata, spec }) => [metadata['namespace'], spec.replicas])).toEqual([
      'prod',
      4,
    ]);
  });

  it('tells of a failed build in Argo CD’s words', async () => {
    const renderer = createKustomizeRenderer();
    const result = await renderer.render({
      tree: memoryTree({ 'app/kustomization.yaml': 'resources: [x.yaml]\n' }),
      path: 'app',
      parameters: {},
    });
    expect(result.ok ? '' : result.error[0]?.message).toMatch(
      /^`kustomize build <path to cached source>\/app` failed exit status 1: Error: accumulating resources: .*lstat <path to cached source>\/app\/x.yaml: no such file or directory$/,
    );
  });
});
