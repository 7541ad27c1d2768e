// What goes wrong with releases: command lines that the real Helm and ours get in the same state, and what each of them says.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const chart = 'apiVersion: v2\nname: mistakes\nversion: 1.0.0\n';
const configMap = (name, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}data: {color: "{{ .Values.color }}"}\n`;
const failingJob = (event) =>
  `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: fails\n  annotations: {helm.sh/hook: ${event}}\nspec:\n  backoffLimit: 0\n  template:\n    metadata: {annotations: {plumbline.dev/simulate: fail}}\n    spec:\n      restartPolicy: Never\n      containers: [{name: main, image: "busybox:1"}]\n`;

/** Charts by name; the files of each. */
const charts = {
  good: { 'values.yaml': 'color: red\n', 'templates/a.yaml': configMap('a') },
  other: { 'values.yaml': 'color: blue\n', 'templates/a.yaml': configMap('a') },
  'unknown-kind': {
    'values.yaml': 'color: red\n',
    'templates/a.yaml': configMap('a'),
    'templates/b.yaml': 'apiVersion: nowhere.example.com/v1\nkind: Thing\nmetadata: {name: b}\n',
  },
  refused: {
    'values.yaml': 'color: red\n',
    'templates/a.yaml': configMap('a'),
    'templates/b.yaml':
      'apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {ports: [{port: 99999}]}\n',
  },
  'two-refused': {
    'values.yaml': 'color: red\n',
    'templates/b.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Bad_Name}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: Bad_Too}\n',
  },
  unknown: {
    'values.yaml': 'color: red\n',
    'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nwrong: field\n',
  },
  'hook-fails': {
    'values.yaml': 'color: red\n',
    'templates/a.yaml': configMap('a'),
    'templates/h.yaml': failingJob('pre-install'),
  },
  'upgrade-hook-fails': {
    'values.yaml': 'color: red\n',
    'templates/a.yaml': configMap('a'),
    'templates/h.yaml': failingJob('post-upgrade'),
  },
  'no-yaml': { 'values.yaml': 'color: red\n', 'templates/a.yaml': 'a: b: c\n' },
  required: {
    'values.yaml': 'color: red\n',
    'templates/a.yaml': 'a: {{ required "a word is needed" .Values.word }}\n',
  },
  'wants-old': {
    'Chart.yaml': `${chart}kubeVersion: "<1.10.0"\n`,
    'values.yaml': '',
    'templates/a.yaml': configMap('a'),
  },
  'missing-dependency': {
    'Chart.yaml': `${chart}dependencies: [{name: leaf, version: 1.0.0, repository: "https://charts.example.com"}]\n`,
    'values.yaml': '',
    'templates/a.yaml': configMap('a'),
  },
  library: { 'Chart.yaml': `${chart}type: library\n`, 'values.yaml': '' },
  'no-kind': { 'values.yaml': 'color: red\n', 'templates/a.yaml': 'apiVersion: v1\nmetadata: {name: a}\n' },
  web: {
    'values.yaml': 'color: red\nextra: false\n',
    'templates/web.yaml': [
      'apiVersion: apps/v1',
      'kind: Deployment',
      'metadata: {name: web, labels: {color: "{{ .Values.color }}"}}',
      'spec:',
      '  replicas: 2',
      '  selector: {matchLabels: {app: web}}',
      '  template:',
      '    metadata: {labels: {app: web}}',
      '    spec:',
      '      containers:',
      '        - name: main',
      '          image: "nginx:{{ .Values.color }}"',
      '          env: [{name: A, value: "{{ .Values.color }}"}{{ if .Values.extra }}, {name: B, value: b}{{ end }}]',
      '          ports: [{containerPort: 80}]',
      '        {{- if .Values.extra }}',
      '        - {name: side, image: "busybox:1"}',
      '        {{- end }}',
      '',
    ].join('\n'),
  },
  'looks-up': {
    'values.yaml': '',
    'templates/a.yaml': 'a: {{ lookup "nowhere.example.com/v1" "Thing" "" "b" | toJson }}\n',
  },
};

const cmPath = '/api/v1/namespaces/{namespace}/configmaps/a?fieldManager=somebody';
const webPath = '/apis/apps/v1/namespaces/{namespace}/deployments/web?fieldManager=somebody';

/** Writes the charts below a folder. */
export function writeMistakes(folder) {
  for (const [name, files] of Object.entries(charts)) {
    for (const [path, text] of Object.entries({ 'Chart.yaml': chart, ...files })) {
      const file = join(folder, name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}

const install = (name, more = []) => [
  'install',
  'r',
  `{charts}/${name}`,
  '--create-namespace',
  '--timeout',
  '20s',
  ...more,
];
const upgrade = (name, more = []) => ['upgrade', 'r', `{charts}/${name}`, '--timeout', '20s', ...more];

/** Each by what it is about; `pods`: only where pods run. Every line is run by both, each in a namespace of its own. */
export const mistakes = {
  'somebody else changes fields': [
    install('good'),
    ['patch', cmPath, { data: { color: 'theirs', more: 'x' } }],
    upgrade('good'),
    upgrade('other'),
    upgrade('other', ['--set', 'color=green']),
    ['rollback', 'r', '1'],
  ],
  'somebody else changes a deployment': [
    install('web'),
    [
      'patch',
      webPath,
      {
        spec: {
          replicas: 5,
          template: {
            spec: {
              containers: [
                {
                  name: 'main',
                  image: 'nginx:red',
                  env: [
                    { name: 'A', value: 'red' },
                    { name: 'C', value: 'c' },
                  ],
                },
                { name: 'theirs', image: 'x' },
              ],
            },
          },
        },
      },
    ],
    upgrade('web', ['--set', 'extra=true']),
    upgrade('web', ['--set', 'color=blue']),
    ['rollback', 'r', '1'],
    ['rollback', 'r', '2', '--force'],
  ],
  'from one way of writing to the other': [
    install('web'),
    upgrade('web', ['--set', 'extra=true']),
    upgrade('good'),
    upgrade('web', ['--take-ownership']),
  ],
  'a name in use': [install('good'), install('good')],
  'a name that is no name': [
    ['install', 'R_1', '{charts}/good'],
    ['upgrade', 'R_1', '{charts}/good'],
    ['rollback', 'R_1'],
    ['uninstall', 'R_1'],
    ['status', 'R_1'],
    ['history', 'R_1'],
  ],
  'a release that is not there': [
    upgrade('good'),
    ['rollback', 'r'],
    ['uninstall', 'r'],
    ['status', 'r'],
    ['history', 'r'],
    ['get', 'all', 'r'],
    ['get', 'values', 'r', '--revision', '3'],
    ['uninstall', 'r', '--ignore-not-found'],
  ],
  'a revision that is not there': [
    install('good'),
    ['rollback', 'r'],
    ['rollback', 'r', '7'],
    ['rollback', 'r', 'x'],
    ['status', 'r', '--revision', '9'],
    ['history', 'r'],
  ],
  'somebody else owns it': [
    install('good'),
    ['install', 'other', '{charts}/other'],
    ['install', 'other', '{charts}/other', '--take-ownership'],
    ['list', '-q'],
  ],
  'a kind that nobody knows': [
    install('unknown-kind'),
    ['list', '-q'],
    install('good'),
    upgrade('unknown-kind'),
    ['list', '-q'],
  ],
  'an object that the server refuses': [
    install('refused'),
    ['list', '--failed', '-q'],
    upgrade('good'),
    upgrade('refused'),
    upgrade('refused', ['--cleanup-on-fail']),
  ],
  'objects that the server refuses': [install('two-refused')],
  'a field that nobody knows': [install('unknown')],
  'failing at once with --atomic': [
    install('refused', ['--atomic']),
    ['list', '--failed', '-q'],
    install('good'),
    upgrade('refused', ['--atomic']),
    ['get', 'values', 'r'],
  ],
  'a hook that fails': {
    pods: true,
    lines: [install('hook-fails'), ['list', '--failed', '-q'], ['uninstall', 'r']],
  },
  'an upgrade hook that fails': {
    pods: true,
    lines: [
      install('upgrade-hook-fails'),
      upgrade('upgrade-hook-fails'),
      upgrade('upgrade-hook-fails', ['--atomic']),
    ],
  },
  'no YAML': [install('no-yaml')],
  'a value that is missing': [install('required'), install('required', ['--set', 'word=x', '--dry-run'])],
  'a cluster that is too new': [install('wants-old')],
  'a dependency that is missing': [install('missing-dependency'), upgrade('missing-dependency')],
  'a library': [install('library')],
  'an object without a kind': [install('no-kind')],
  'a lookup of what is not served': [install('looks-up')],
  'a chart that is not there': [
    ['install', 'r', './nowhere'],
    ['install', 'r', 'nowhere'],
  ],
  'values that are wrong': [
    install('good', ['--set', 'a[']),
    install('good', ['-f', 'nowhere.yaml']),
    install('good', ['--set-json', 'a={']),
  ],
  'labels that are taken': [install('good', ['--labels', 'owner=me'])],
  'uninstalled twice': [
    install('good'),
    ['uninstall', 'r', '--keep-history'],
    ['uninstall', 'r', '--keep-history'],
    ['status', 'r'],
    ['list', '--uninstalled', '-q'],
    upgrade('good'),
    ['rollback', 'r', '1'],
    ['uninstall', 'r'],
    ['history', 'r'],
  ],
  'installed over what is uninstalled': [
    install('good'),
    ['uninstall', 'r', '--keep-history'],
    install('good'),
    install('good', ['--replace']),
    ['list', '-q'],
  ],
  'upgrade --install': [
    ['upgrade', '-i', 'r', '{charts}/good', '--create-namespace'],
    ['upgrade', '-i', 'r', '{charts}/good', '--set', 'color=x'],
    ['get', 'values', 'r'],
    upgrade('good'),
    ['get', 'values', 'r'],
    upgrade('good', ['--reset-values']),
    ['get', 'values', 'r'],
  ],
  'values that go on': [
    install('good', ['--set', 'color=x,a=1']),
    upgrade('other', ['--reuse-values', '--set', 'b=2']),
    ['get', 'values', 'r'],
    ['get', 'values', 'r', '-a'],
    upgrade('other', ['--reset-then-reuse-values', '--set', 'c=3']),
    ['get', 'values', 'r', '-a', '-o', 'json'],
    upgrade('other', ['--set', 'a=null,d=4']),
    ['get', 'values', 'r'],
  ],
  'a short history': [
    install('good'),
    upgrade('good', ['--history-max', '2']),
    upgrade('good', ['--history-max', '2']),
    upgrade('good', ['--history-max', '2']),
    ['history', 'r', '-o', 'json'],
  ],
  'a dry run': [
    install('good', ['--dry-run', '--description', 'just to see']),
    install('good', ['--dry-run=server']),
    ['list', '-q'],
    install('good'),
    upgrade('other', ['--dry-run']),
    ['get', 'manifest', 'r'],
  ],
  'force it': [
    install('good'),
    upgrade('other', ['--force', '--set', 'color=forced']),
    ['get', 'values', 'r'],
    ['rollback', 'r', '1', '--force'],
  ],
  'flags that are wrong': [
    install('good', ['--dry-run=maybe']),
    ['uninstall', 'r', '--cascade', 'up'],
    ['list', '--filter', '('],
  ],
};
