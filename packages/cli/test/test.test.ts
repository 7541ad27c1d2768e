import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { runProgram } from '../program.ts';
// Loaded before the tests begin to count their time; the program itself loads it when it is called for.
import '../commands/test.ts';
import './run.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Runs `plumb test` on files in a folder of their own. */
async function plumbTest(
  files: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  const cwd = mkdtempSync(join(tmpdir(), 'plumb-test-'));
  folders.push(cwd);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdin: new PassThrough(), stdout, stderr, env: {}, cwd };
  const code = await runProgram(['test', ...args], io);
  const read = (stream: PassThrough): string => String(stream.read() ?? '');
  return { code, output: read(stdout), errors: read(stderr) };
}

interface Answer {
  readonly ok: boolean;
  readonly virtualSeconds: number;
  readonly notes: readonly string[];
  readonly objects: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
    readonly file: string;
    readonly line: number;
    readonly application?: string;
    readonly outcome: string;
    readonly message: string;
    readonly reasons: readonly string[];
    readonly warnings: readonly string[];
  }[];
}

async function answerTo(
  files: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Answer> {
  const { output, errors } = await plumbTest(files, ...args, '-o', 'json');
  expect(errors).toBe('');
  return JSON.parse(output) as Answer;
}

const outcomes = ({ objects }: Answer): Readonly<Record<string, string>> =>
  Object.fromEntries(objects.map(({ kind, name, outcome }) => [`${kind}/${name}`, outcome]));

/** All that is said about one object. */
function said(answer: Answer, title: string): readonly string[] {
  const found = answer.objects.find(({ kind, name }) => `${kind}/${name}` === title);
  return found === undefined ? [] : [found.message, ...found.reasons, ...found.warnings];
}

const deployment = (name: string, container = '', more = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 2
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: main, image: "registry.example/${name}:1.0"${container}}]${more}}
`;

const service = (name: string, selector: string, port: string): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${selector}}, ports: [{port: 80, targetPort: ${port}}]}
`;

const all = (...documents: readonly string[]): string => documents.join('\n---\n');

describe('plumb test', () => {
  it('is content when everything becomes healthy, and says how long it took on the cluster', async () => {
    const { code, output } = await plumbTest(
      {
        'site/all.yaml': all(
          deployment('web', ', ports: [{containerPort: 8080}]'),
          service('web', 'web', '8080'),
        ),
      },
      'site',
    );
    expect(code).toBe(0);
    expect(output).toMatch(/^2 healthy \(\d+\.\d s of cluster time, \d+ ms\)\n$/);
  });

  it.each<readonly [string, string, string, readonly string[]]>([
    [
      'a ConfigMap that is missing, with the one that is meant',
      all(
        deployment('web', ', envFrom: [{configMapRef: {name: settings}}]'),
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: setting}\n',
      ),
      'Deployment/web',
      [
        '2 pods: container main waits: CreateContainerConfigError: configmap "settings" not found (did you mean "setting"?)',
      ],
    ],
    [
      'a key that a Secret lacks',
      all(
        deployment('web', ', env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]'),
        'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n',
      ),
      'Deployment/web',
      ["2 pods: container main waits: CreateContainerConfigError: couldn't find key k in Secret default/s"],
    ],
    [
      'a claim that is missing',
      deployment('web', '', ', volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]'),
      'Deployment/web',
      [
        '2 pods: cannot be scheduled: 0/1 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      ],
    ],
    [
      'a selector that matches nothing',
      all(deployment('web'), service('front', 'wep', '80')),
      'Service/front',
      ['its selector app=wep matches no pod (the nearest has app=web)'],
    ],
    [
      'a port that no container has',
      all(deployment('web', ', ports: [{name: http, containerPort: 80}]'), service('web', 'web', 'htp')),
      'Service/web',
      ['targetPort "htp" is the name of no container port (did you mean "http"?)'],
    ],
    [
      'a probe on a port without a name',
      deployment('web', ', readinessProbe: {httpGet: {port: http}}'),
      'Deployment/web',
      ['readinessProbe of container main asks port "http", and the container has no port of that name'],
    ],
    [
      'an Ingress whose Service is missing',
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n',
      'Ingress/web',
      ['its backend, Service "web", does not exist'],
    ],
    [
      'an autoscaler without a target',
      'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}\n',
      'HorizontalPodAutoscaler/web',
      ['its target Deployment "web" does not exist'],
    ],
    [
      'what the API refuses, in its words',
      deployment('web').replace('replicas', 'replica'),
      'Deployment/web',
      [
        'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica"',
      ],
    ],
    [
      'a kind that nothing defines',
      'apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: a}\n',
      'Widget/a',
      [
        'no matches for kind "Widget" in version "example.org/v1" (bring its definition with --with PATH, or leave such objects out with --skip-unknown)',
      ],
    ],
    [
      'a version that is served no more',
      'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n',
      'PodDisruptionBudget/a',
      ['no matches for kind "PodDisruptionBudget" in version "policy/v1beta1" (it is served as policy/v1)'],
    ],
    [
      'a Job that fails',
      'apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {backoffLimit: 0, template: {metadata: {labels: {plumbline.dev/simulate: fail}}, spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}\n',
      'Job/j',
      ['Job has reached the specified backoff limit', 'a pod: container c ended with exit code 1 (Error)'],
    ],
  ])('says why: %s', async (_, text, title, reasons) => {
    const answer = await answerTo({ 'site/all.yaml': text }, 'site');
    expect(answer.ok).toBe(false);
    expect(said(answer, title)).toEqual(expect.arrayContaining(reasons as string[]));
  });

  it('names the file and the line, creates namespaces that are missing and says so', async () => {
    const { code, output } = await plumbTest(
      {
        'site/all.yaml': `# a comment\n${deployment('web').replace('name: web}', 'name: web, namespace: shop}').replace('replicas', 'replica').trimStart()}`,
      },
      'site',
    );
    expect(code).toBe(1);
    expect(output).toContain('note: Namespace shop is made by nothing here and was created\n');
    expect(output).toContain('✗ Deployment shop/web  site/all.yaml:2\n    refused: Deployment in version');
  });

  it.each<readonly [string, string]>([
    ['web=pull-error', 'ImagePullBackOff'],
    ['registry.example/*=image-pull-error', 'ImagePullBackOff'],
    ['image=crash-loop', 'CrashLoopBackOff'],
    ['label:app=web=oom', 'OOMKilled'],
    ['Deployment/web=never-ready', 'is not ready|startup probe'],
  ])('switches failures on: --fail %s', async (failure, word) => {
    const answer = await answerTo(
      { 'site/all.yaml': deployment('web') },
      'site',
      '--fail',
      failure,
      '--timeout',
      '90s',
    );
    expect(answer.ok).toBe(false);
    expect(said(answer, 'Deployment/web').join('\n')).toMatch(new RegExp(word));
  });

  it('waits for what is only slow, on the time of the cluster', async () => {
    const answer = await answerTo({ 'site/all.yaml': deployment('web') }, 'site', '--fail', 'web=slow-start');
    expect(answer.ok).toBe(true);
    expect(answer.virtualSeconds).toBeGreaterThan(9);
    const short = await answerTo(
      { 'site/all.yaml': deployment('web') },
      'site',
      '--fail',
      'web=slow-start',
      '--timeout',
      '5s',
    );
    expect(short.ok).toBe(false);
  });

  it('brings definitions up before what they define, and what is given before all', async () => {
    const definition = (name: string): string =>
      JSON.stringify({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `${name}s.example.org` },
        spec: {
          group: 'example.org',
          scope: 'Namespaced',
          names: { plural: `${name}s`, kind: name[0]?.toUpperCase() + name.slice(1) },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
          ],
        },
      });
    const answer = await answerTo(
      {
        'site/a.yaml': 'apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: a}\n',
        'site/b.yaml': 'apiVersion: example.org/v1\nkind: Gadget\nmetadata: {name: b}\n',
        'site/z.json': definition('widget'),
        'given/crd.json': definition('gadget'),
      },
      'site',
      '--with',
      'given',
    );
    expect(outcomes(answer)).toEqual({
      'CustomResourceDefinition/widgets.example.org': 'healthy',
      'Widget/a': 'stored',
      'Gadget/b': 'stored',
    });
  });

  it('follows applications that point into the same repository', async () => {
    const application = (name: string, url: string, path: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  project: default
  source: {repoURL: ${url}, path: ${path}}
  destination: {server: https://kubernetes.default.svc, namespace: ${name}}
  syncPolicy: {syncOptions: [CreateNamespace=true]}
`;
    const answer = await answerTo(
      {
        '.git/config': '[remote "origin"]\n\turl = git@github.com:acme/config.git\n',
        'root/apps.yaml': all(
          application('web', 'https://github.com/acme/config', 'apps/web'),
          application('far', 'https://github.com/acme/other', 'apps/web'),
        ),
        'apps/web/all.yaml': all(deployment('web'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n'),
      },
      'root',
    );
    expect(outcomes(answer)).toEqual({
      'Application/web': 'stored',
      'Application/far': 'stored',
      'Deployment/web': 'healthy',
      'ConfigMap/c': 'stored',
    });
    expect(answer.objects.find(({ kind }) => kind === 'Deployment')).toMatchObject({
      namespace: 'web',
      application: 'web',
      file: 'apps/web/all.yaml',
    });
    expect(answer.notes).toEqual([
      'Application far: https://github.com/acme/other is another repository and was left out',
    ]);
  });

  it('runs hooks and waves in their order, and says where a sync would stop', async () => {
    const job = (name: string, annotation: string, scenario = ''): string => `
apiVersion: batch/v1
kind: Job
metadata: {name: ${name}, annotations: {${annotation}}}
spec: {backoffLimit: 0, template: {metadata: {labels: {a: b${scenario}}}, spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}
`;
    const answer = await answerTo(
      {
        'site/all.yaml': all(
          job('after', '"argocd.argoproj.io/hook": PostSync'),
          job('before', '"argocd.argoproj.io/hook": PreSync', ', plumbline.dev/simulate: fail'),
          job('never', '"helm.sh/hook": pre-delete'),
          deployment('web'),
        ),
      },
      'site',
    );
    expect(outcomes(answer)).toEqual({
      'Job/before': 'unhealthy',
      'Job/after': 'healthy',
      'Job/never': 'skipped',
      'Deployment/web': 'healthy',
    });
    expect(answer.notes).toEqual([
      'a sync would not go on after the PreSync hooks, because of Job before; the rest was brought up all the same',
    ]);
  });

  it('makes up what only a controller elsewhere could make, and says so', async () => {
    const sealed =
      'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: s}\nspec: {encryptedData: {k: AgA=}}\n';
    const definition =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: sealedsecrets.bitnami.com}\nspec: {group: bitnami.com, scope: Namespaced, names: {plural: sealedsecrets, kind: SealedSecret}, versions: [{name: v1alpha1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}\n';
    const answer = await answerTo(
      {
        'site/all.yaml': all(
          definition,
          sealed,
          deployment('web', ', env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]'),
        ),
        'site/claim.yaml':
          'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: d}\nspec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n',
      },
      'site',
    );
    expect(answer.ok).toBe(true);
    expect(answer.notes).toEqual([
      'StorageClass fast is made by nothing here and was created',
      'Secret s stands in for what the controller of SealedSecret s would make; its values are made up',
    ]);
  });

  it('writes JUnit that a CI system can read', async () => {
    const { output } = await plumbTest(
      { 'site/all.yaml': all(deployment('web'), service('web', 'x<&"y', '80')) },
      'site',
      '-o',
      'junit',
    );
    expect(output).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="plumb test" tests="2"/,
    );
    expect(output).toContain(
      '<testcase name="Deployment default/web" classname="manifests" file="site/all.yaml"',
    );
    expect(output).toContain('<error type=');
    expect(output).not.toMatch(/x<&"y/);
  });

  it.each([
    [['site', '--fail', 'web=nonsense'], 'nonsense is none of'],
    [['site', '--timeout', 'soon'], '--timeout soon is no span of time'],
    [['site', '-o', 'xml'], 'unknown output format xml'],
  ])('refuses %j as wrongly called', async (args, text) => {
    const { code, errors } = await plumbTest({ 'site/a.yaml': deployment('a') }, ...args);
    expect(code).toBe(2);
    expect(errors).toContain(text);
  });

  it('fails when nothing can be rendered, and on warnings only with --strict', async () => {
    expect((await plumbTest({}, 'nowhere')).code).toBe(1);
    const files = { 'site/all.yaml': deployment('web', '', ', imagePullSecrets: [{name: none}]') };
    expect((await plumbTest(files, 'site')).code).toBe(0);
    expect((await plumbTest(files, 'site', '--strict')).code).toBe(1);
  });
});

describe('a folder with nothing in it', () => {
  it('is no success, and says where else to look', async () => {
    const below = { 'apps/web.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n' };
    const { code, errors } = await plumbTest(below, '.');
    expect(code).toBe(1);
    expect(errors).toContain(
      'there is nothing to bring up in . itself: --recurse goes into the folders below',
    );
    expect((await plumbTest(below, '.', '--recurse')).code).toBe(0);
  });
});
