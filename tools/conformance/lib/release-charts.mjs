// Charts of our own for runs with releases, so that these need nothing from elsewhere.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const chart = (name, more = '') =>
  `apiVersion: v2\nname: ${name}\nversion: 1.2.3\nappVersion: "4.5"\n${more}`;
const fullname = '{{ .Values.fullnameOverride | default .Release.Name }}';
const template = (kind, apiVersion, body, metadata = '') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${fullname}\n${metadata}${body}`;
const pods = [
  '    metadata:',
  `      labels: {app: "${fullname}"}`,
  '    spec:',
  '      containers:',
  '        - name: main',
  '          image: "nginx:{{ .Values.tag }}"',
  '          env:',
  '            - {name: COLOR, value: {{ .Values.color | quote }}}',
  '          ports: [{name: http, containerPort: 80}]',
  '        {{- if .Values.sidecar }}',
  '        - {name: side, image: "busybox:1"}',
  '        {{- end }}',
  '',
].join('\n');
const selector = `  selector: {matchLabels: {app: "${fullname}"}}\n`;
const values = 'tag: "1.25"\ncolor: red\nreplicas: 1\nsidecar: false\nfullnameOverride: ""\n';
const hook = (events, more = '') => `  annotations:\n    helm.sh/hook: ${events}\n${more}`;
const job = (suffix, events, more = '') =>
  `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: "{{ .Release.Name }}-${suffix}"\n${hook(events, more)}` +
  'spec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{name: run, image: "busybox:1"}]\n';

/** Each chart by the paths of its files; `hooks` need something that runs pods. */
export const ownCharts = {
  'config-map': {
    'Chart.yaml': chart('config-map'),
    'values.yaml': values,
    'templates/cm.yaml': template(
      'ConfigMap',
      'v1',
      'data:\n  color: {{ .Values.color }}\n  html: "<a href=\'x\'>&</a>"\n',
    ),
    'templates/NOTES.txt': 'Color {{ .Values.color }} & <b>notes</b>, revision {{ .Release.Revision }}.\n\n',
  },
  deployment: {
    'Chart.yaml': chart(
      'deployment',
      'description: A deployment\nkeywords: [web, test]\nmaintainers:\n  - {name: A, email: a@example.com}\nannotations: {b: "2", a: "1"}\n',
    ),
    'values.yaml': values,
    'templates/deployment.yaml': template(
      'Deployment',
      'apps/v1',
      `spec:\n  replicas: {{ .Values.replicas }}\n${selector}  template:\n${pods}`,
    ),
    'templates/service.yaml': template(
      'Service',
      'v1',
      `spec:\n  selector: {app: "${fullname}"}\n  ports: [{name: http, port: 80, targetPort: http}]\n`,
    ),
    'templates/tests/ping.yaml': `apiVersion: v1\nkind: Pod\nmetadata:\n  name: "{{ .Release.Name }}-ping"\n${hook('test')}spec:\n  restartPolicy: Never\n  containers: [{name: ping, image: "busybox:1"}]\n`,
  },
  stateful: {
    'Chart.yaml': chart('stateful'),
    'values.yaml': values,
    'templates/sts.yaml': template(
      'StatefulSet',
      'apps/v1',
      `spec:\n  serviceName: ${fullname}\n  replicas: {{ .Values.replicas }}\n${selector}  template:\n${pods}`,
    ),
    'templates/pdb.yaml': template(
      'PodDisruptionBudget',
      'policy/v1',
      `spec:\n  minAvailable: 1\n${selector}`,
    ),
    'templates/sa.yaml': template('ServiceAccount', 'v1', 'automountServiceAccountToken: false\n'),
  },
  access: {
    'Chart.yaml': chart('access'),
    'values.yaml': values,
    'templates/all.yaml': [
      template(
        'ClusterRole',
        'rbac.authorization.k8s.io/v1',
        'rules:\n  - {apiGroups: [""], resources: [pods], verbs: [get, list]}\n',
      ),
      template(
        'ClusterRoleBinding',
        'rbac.authorization.k8s.io/v1',
        `roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "${fullname}"}\nsubjects:\n  - {kind: ServiceAccount, name: "${fullname}", namespace: "{{ .Release.Namespace }}"}\n`,
      ),
      template(
        'Role',
        'rbac.authorization.k8s.io/v1',
        'rules:\n  - {apiGroups: [""], resources: [secrets], verbs: ["{{ if .Values.sidecar }}list{{ else }}get{{ end }}"]}\n',
      ),
      template('ServiceAccount', 'v1', ''),
    ].join('---\n'),
  },
  kept: {
    'Chart.yaml': chart('kept'),
    'values.yaml': values,
    'templates/kept.yaml': `apiVersion: v1\nkind: Secret\nmetadata:\n  name: "{{ .Release.Name }}-kept"\n  annotations: {helm.sh/resource-policy: keep}\nstringData: {color: "{{ .Values.color }}"}\n`,
    'templates/gone.yaml': template(
      'Secret',
      'v1',
      'type: Opaque\nstringData: {color: "{{ .Values.color }}"}\n',
    ),
  },
  hooks: {
    'Chart.yaml': chart('hooks'),
    'values.yaml': values,
    'templates/first.yaml': job(
      'first',
      'pre-install,pre-upgrade,pre-rollback',
      '    helm.sh/hook-weight: "-5"\n    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded\n',
    ),
    'templates/second.yaml': job('second', 'post-install,post-upgrade', '    helm.sh/hook-weight: "2"\n'),
    'templates/last.yaml': job(
      'last',
      'pre-delete,post-rollback',
      '    helm.sh/hook-delete-policy: hook-succeeded\n',
    ),
    'templates/cm.yaml': template('ConfigMap', 'v1', 'data: {color: "{{ .Values.color }}"}\n'),
  },
  definitions: {
    'Chart.yaml': chart('definitions'),
    'values.yaml': values,
    'crds/widgets.yaml':
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: widgets.conformance.example.com\nspec:\n  group: conformance.example.com\n  scope: Namespaced\n  names: {kind: Widget, plural: widgets, singular: widget}\n  versions:\n    - name: v1\n      served: true\n      storage: true\n      schema:\n        openAPIV3Schema:\n          type: object\n          properties:\n            spec: {type: object, x-kubernetes-preserve-unknown-fields: true}\n',
    'templates/widget.yaml': template(
      'Widget',
      'conformance.example.com/v1',
      'spec:\n  color: {{ .Values.color }}\n  list: [a, b{{ if .Values.sidecar }}, c{{ end }}]\n',
    ),
  },
  umbrella: {
    'Chart.yaml': chart(
      'umbrella',
      'dependencies:\n  - {name: leaf, version: 1.x.x, alias: front, condition: front.enabled, import-values: [exported]}\n  - {name: leaf, version: 1.x.x, alias: back, condition: back.enabled}\n',
    ),
    'values.yaml': `${values}front: {enabled: true, word: one}\nback: {enabled: false}\nglobal: {word: all}\n`,
    'templates/cm.yaml': template(
      'ConfigMap',
      'v1',
      'data:\n  imported: {{ .Values.imported | quote }}\n  color: {{ .Values.color }}\n',
    ),
    'charts/leaf/Chart.yaml': 'apiVersion: v2\nname: leaf\nversion: 1.0.0\n',
    'charts/leaf/values.yaml': 'word: none\nenabled: true\nexports: {exported: {imported: "yes"}}\n',
    'charts/leaf/templates/cm.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "{{ .Release.Name }}-{{ .Chart.Name }}"\ndata: {word: "{{ .Values.word }}", all: "{{ .Values.global.word }}"}\n',
  },
  schema: {
    'Chart.yaml': chart('schema', 'kubeVersion: ">=1.20.0-0"\n'),
    'values.yaml': `${values}big: 1234567890123\nfloat: 0.5\nempty: null\nlist: [1, two, {three: 3}]\n`,
    'values.schema.json': '{"type":"object","properties":{"replicas":{"type":"integer"}}}',
    'files/some.txt': 'some <text>\n',
    'templates/cm.yaml': template(
      'ConfigMap',
      'v1',
      'data:\n  values: {{ .Values | toJson | quote }}\n  file: {{ .Files.Get "files/some.txt" | quote }}\n  caps: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}\n',
    ),
  },
  lookup: {
    'Chart.yaml': chart('lookup'),
    'values.yaml': values,
    'templates/secret.yaml':
      '{{- $before := lookup "v1" "Secret" .Release.Namespace (printf "%s-word" .Release.Name) }}\n' +
      `apiVersion: v1\nkind: Secret\nmetadata:\n  name: "{{ .Release.Name }}-word"\ndata:\n  word: {{ if $before }}{{ $before.data.word }}{{ else }}{{ "first" | b64enc }}{{ end }}\n`,
    'templates/cm.yaml': template(
      'ConfigMap',
      'v1',
      'data:\n  namespaces: "{{ len (lookup "v1" "Namespace" "" "").items | lt 0 }}"\n  missing: "{{ lookup "v1" "ConfigMap" "nowhere" "nothing" | empty }}"\n',
    ),
  },
  listed: {
    'Chart.yaml': chart('listed'),
    'values.yaml': values,
    'templates/list.yaml': `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: "${fullname}-a"}\n    data: {color: "{{ .Values.color }}"}\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: "${fullname}-b"}\n`,
  },
  batch: {
    'Chart.yaml': chart('batch'),
    'values.yaml': values,
    'templates/cron.yaml': template(
      'CronJob',
      'batch/v1',
      'spec:\n  schedule: "{{ if .Values.sidecar }}5{{ else }}0{{ end }} 3 * * *"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: OnFailure\n          containers: [{name: run, image: "busybox:{{ .Values.tag }}"}]\n',
    ),
    'templates/hpa.yaml': template(
      'HorizontalPodAutoscaler',
      'autoscaling/v2',
      `spec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${fullname}}\n  minReplicas: 1\n  maxReplicas: {{ add .Values.replicas 3 }}\n  metrics:\n    - type: Resource\n      resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}\n`,
    ),
    'templates/ingress.yaml': template(
      'Ingress',
      'networking.k8s.io/v1',
      `spec:\n  rules:\n    - host: "{{ .Values.color }}.example.com"\n      http:\n        paths:\n          - {path: /, pathType: Prefix, backend: {service: {name: "${fullname}", port: {name: http}}}}\n`,
    ),
    'templates/policy.yaml': template(
      'NetworkPolicy',
      'networking.k8s.io/v1',
      'spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n',
    ),
  },
};

/** Writes the charts below a folder; returns theirs. */
export function writeOwnCharts(folder) {
  return Object.entries(ownCharts).map(([name, files]) => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return join(folder, name);
  });
}
