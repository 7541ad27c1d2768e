// Charts in kustomizations.
import { yamlOf } from './chance.mjs';
import { makers } from './objects.mjs';

const template = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-{{ .Chart.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {rev: "{{ .Release.Revision }}", version: {{ .Chart.Version | quote }}}
data:
  values: {{ toJson .Values | quote }}
  has: "{{ .Capabilities.APIVersions.Has "example.com/v1" }}"
`;
const plain = `apiVersion: v1
kind: ConfigMap
metadata:
  name: plain
data: {a: {{ .Values.a | quote }}}
`;
const hook = `apiVersion: batch/v1
kind: Job
metadata:
  name: hook
  annotations: {helm.sh/hook: post-install}
spec: {template: {spec: {containers: [{name: c, image: x}], restartPolicy: Never}}}
`;
const test = `apiVersion: v1
kind: Pod
metadata:
  name: test
  annotations: {helm.sh/hook: test}
spec: {containers: [{name: c, image: x}]}
`;
const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec: {group: example.com}
`;

export function charts(c) {
  const chart = {
    name: c.is(0.97) ? 'small' : 'missing',
    ...c.fields({
      releaseName: [0.7, () => c.pick(['r', 'rel', 'Bad_Name'])],
      namespace: [0.4, 'charted'],
      version: [0.3, () => c.pick(['1.2.3', '9.9.9'])],
      valuesFile: [
        0.3,
        () => c.pick(['values.yaml', 'values.yaml', 'missing.yaml', 'charts/small/values.yaml']),
      ],
      additionalValuesFiles: [0.2, () => ['more.yaml']],
      valuesInline: [
        0.5,
        () =>
          c.pick([
            { a: 'inline' },
            { map: { x: null, new: 1 } },
            { list: [3] },
            { a: null },
            {},
            { map: 'text' },
            { big: 12345678901, f: 1.0, s: '1' },
          ]),
      ],
      valuesMerge: [0.4, () => c.pick(['merge', 'override', 'replace', 'nonsense', ''])],
      includeCRDs: [0.4, true],
      skipHooks: [0.3, true],
      skipTests: [0.3, true],
      kubeVersion: [0.2, () => c.pick(['1.25', 'v1.30.2'])],
      apiVersions: [0.2, ['example.com/v1']],
      nameTemplate: [0.1, () => c.pick(['tmpl', '{{ "x" | upper | lower }}'])],
      debug: [0.1, false],
    }),
  };
  const kustomization = {
    helmCharts: c.is(0.1) ? [chart, { ...chart, releaseName: 'second', namespace: 'n2' }] : [chart],
    ...c.fields({
      helmGlobals: [
        0.2,
        () =>
          c.pick([
            { chartHome: 'charts' },
            { chartHome: './charts' },
            { chartHome: 'nowhere' },
            { configHome: 'x' },
          ]),
      ],
      namespace: [0.4, 'ns'],
      namePrefix: [0.3, 'p-'],
      commonLabels: [0.2, { a: 'b' }],
      images: [0.2, [{ name: 'x', newTag: '2' }]],
      resources: [0.3, ['all.yaml']],
      buildMetadata: [0.1, ['originAnnotations', 'transformerAnnotations']],
      patches: [
        0.2,
        [{ target: { kind: 'ConfigMap' }, patch: '[{"op": "add", "path": "/data/p", "value": "q"}]' }],
      ],
    }),
  };
  const files = {
    'charts/small/Chart.yaml': 'apiVersion: v2\nname: small\nversion: 1.2.3\n',
    'charts/small/values.yaml': 'a: default\nmap: {x: 1, y: two}\nlist: [1, 2]\nnothing: null\n',
    'charts/small/templates/all.yaml': template,
    ...(c.is(0.5) ? { 'charts/small/templates/plain.yaml': plain } : {}),
    ...(c.is(0.4)
      ? { 'charts/small/templates/hook.yaml': hook, 'charts/small/templates/tests/test.yaml': test }
      : {}),
    ...(c.is(0.4) ? { 'charts/small/crds/crd.yaml': crd } : {}),
    'values.yaml': 'a: file\nmap: {x: 2, z: 3}\nlist: [9]\n',
    'more.yaml': 'a: more\nmap: {w: 4}\n',
    'all.yaml': yamlOf(makers.Service(c, 'service')),
  };
  if (c.is(0.2)) {
    const { chartHome, ...globals } = kustomization.helmGlobals ?? {};
    files['base/kustomization.yaml'] = yamlOf({
      ...kustomization,
      helmGlobals: { ...globals, chartHome: '../charts' },
    });
    if (chartHome !== undefined || c.is(0.5))
      for (const name of ['values.yaml', 'more.yaml', 'all.yaml']) files[`base/${name}`] = files[name];
    files['top/kustomization.yaml'] = yamlOf({
      resources: ['../base'],
      ...c.fields({ namespace: [0.6, 'over'], nameSuffix: [0.3, '-s'] }),
    });
    return files;
  }
  files['kustomization.yaml'] = yamlOf(kustomization);
  return files;
}
