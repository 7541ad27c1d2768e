import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';
import { announcements, pluginParameters, readPluginConfigs, render } from '@plumbline/render';
import type {
  PluginConfig,
  ProcessCommand,
  ProcessOutcome,
  ProcessRunner,
  RenderContext,
} from '@plumbline/render';

type Files = Parameters<typeof memoryTree>[0];

function plugins(text: string): readonly PluginConfig[] {
  const read = readPluginConfigs(text, 'plugins.yaml');
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

const cm = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

const simple = (discover: string, name = 'p'): string =>
  `apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata: {name: ${name}}
spec:
  generate: {command: [gen], args: [a]}
  discover: ${discover}
`;

/** A runner that writes down what it is asked and answers by the program's name. */
function fakeRunner(answers: Readonly<Record<string, ProcessOutcome>>, installed: readonly string[] = []) {
  const ran: ProcessCommand[] = [];
  let open = 0;
  const runner: ProcessRunner = {
    has: async (program) => installed.includes(program),
    open: async () => {
      open++;
      return {
        run: async (command) => {
          ran.push(command);
          return answers[command.argv[0] ?? ''] ?? { ok: false, cause: 'exit status 127', stderr: '' };
        },
        close: async () => void open--,
      };
    },
  };
  return { runner, ran, left: () => open };
}

const printed = (stdout: string): ProcessOutcome => ({ ok: true, stdout, stderr: '' });

const context: RenderContext = {
  appName: 'shop',
  kubeVersion: 'v1.36.0+k3s1',
  apiVersions: ['v1', 'apps/v1'],
  variable: (name) => ({ ARGOCD_APP_NAME: 'shop', ARGOCD_APP_REVISION: 'abc' })[name],
};

interface Wish {
  readonly files: Files;
  readonly config: string;
  readonly plugin?: unknown;
  readonly runner?: ProcessRunner;
  readonly source?: object;
}

async function outcome({ files, config, plugin, runner, source }: Wish) {
  return render({
    tree: memoryTree(files),
    path: 'app',
    source: source ?? (plugin === undefined ? {} : { plugin }),
    context,
    plugins: { plugins: plugins(config), ...(runner === undefined ? {} : { runner }) },
  });
}

describe('configurations', () => {
  it('are read as Argo CD reads them', () => {
    expect(
      plugins(`kind: ConfigManagementPlugin
metadata: {name: my}
spec:
  version: v1.0
  init: {command: [sh], args: [-c, 'echo']}
  generate: {command: [gen]}
  discover: {fileName: './sub*/x.yaml', find: {glob: '**/y', command: [sh, -c, ls]}}
  parameters:
    static: [{name: a, title: A}]
    dynamic: {command: [cat, p.json]}
  preserveFileMode: true
  lockRepo: true
`),
    ).toEqual([
      {
        name: 'my-v1.0',
        init: ['sh', '-c', 'echo'],
        generate: ['gen'],
        discover: { fileName: './sub*/x.yaml', glob: '**/y', command: ['sh', '-c', 'ls'] },
        parameters: { static: [{ name: 'a', title: 'A' }], dynamic: ['cat', 'p.json'] },
        preserveFileMode: true,
        provideGitCreds: false,
      },
    ]);
  });

  it('may be in ConfigMaps, or in a table by name', () => {
    const one = simple('{}', 'one');
    const inMap = `kind: ConfigMap\napiVersion: v1\ndata:\n  plugin.yaml: |\n${one.replace(/^/gm, '    ')}\n`;
    expect(plugins(inMap).map(({ name }) => name)).toEqual(['one']);
    const table = 'a: {generate: {command: [x]}, allowConcurrency: true}\nb: {generate: {command: [z]}}\n';
    expect(plugins(table).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each([
    ['kind: ConfigManagementPlugin\nspec: {}', 'metadata.name should be non-empty'],
    ['kind: Other\nmetadata: {name: a}', 'kind should be ConfigManagementPlugin, found Other'],
    ['a: {generate: {}}', 'spec.generate command should be non-empty'],
    [`${simple('{}')}---\n${simple('{}')}`, 'two plugins are called p'],
  ])('%s is refused', (text, message) => {
    const read = readPluginConfigs(text, 'plugins.yaml');
    expect(read.ok ? '' : read.error.message).toContain(message);
  });

  it('announce what a program prints, then what they say themselves', () => {
    const [config] = plugins(
      'a: {generate: {command: [x]}, parameters: {static: [{name: s}], dynamic: {command: [y]}}}',
    );
    if (config === undefined) throw new Error('no plugin');
    const all = announcements(config, '[{"name":"d"}]');
    expect(all.ok && all.value).toEqual([{ name: 'd' }, { name: 's' }]);
    expect(announcements(config, 'no').ok).toBe(false);
  });
});

describe('discovery', () => {
  const files: Files = {
    'app/sub1/x.yaml': cm('x'),
    'app/deep/er/y.txt': 'y',
    'app/Chart.yaml': 'name: chart\nversion: 1.0.0\napiVersion: v2\n',
    'other/z': 'z',
  };
  it.each([
    ['{fileName: "sub*/x.yaml"}', true],
    ['{fileName: "./sub[12]/x.yaml"}', true],
    ['{fileName: "x.yaml"}', false],
    ['{fileName: "../other/z"}', true],
    ['{fileName: "../../../etc/passwd"}', false],
    ['{find: {glob: "**/y.txt"}}', true],
    ['{find: {glob: "**/*.{json,txt}"}}', true],
    ['{find: {glob: "*.txt"}}', false],
    ['{fileName: "nothing", find: {glob: "**/y.txt"}}', false],
    ['{find: {command: [look]}}', true],
    ['{find: {command: [silent]}}', false],
    ['{find: {command: [broken]}}', false],
    ['{}', false],
  ])('%s wants the folder: %s', async (discover, wants) => {
    const { runner } = fakeRunner({ gen: printed(cm('made')), look: printed('x\n'), silent: printed('') });
    const made = await outcome({ files, config: simple(discover), runner });
    expect(made.ok && made.value.sourceType).toBe(wants ? 'Plugin' : 'Helm');
  });

  it('asks plugins in the order of their names', async () => {
    const { runner, ran } = fakeRunner({ gen: printed('') });
    const config = `${simple('{fileName: Chart.yaml}', 'b')}---\n${simple('{fileName: Chart.yaml}', 'a')}`;
    const config2 = config.replace('command: [gen]', 'command: [other]');
    await outcome({ files, config: config2, runner });
    expect(ran.map(({ argv }) => argv[0])).toEqual(['gen']);
  });

  it('is not asked where the source says what it is', async () => {
    const { runner } = fakeRunner({ gen: printed(cm('made')) });
    const source = { directory: { exclude: 'Chart.yaml', recurse: false } };
    const made = await outcome({ files, config: simple('{fileName: Chart.yaml}'), runner, source });
    expect(made.ok && made.value.sourceType).toBe('Directory');
  });
});

describe('announced parameters', () => {
  const config = simple('{}').replace(
    'spec:',
    'spec:\n  parameters: {static: [{name: fixed}], dynamic: {command: [announce]}}',
  );
  const announced = async (answer: ReturnType<typeof printed>) => {
    const { runner, ran, left } = fakeRunner({ announce: answer });
    const made = await pluginParameters({
      tree: memoryTree({ 'app/a': 'x' }),
      path: 'app',
      source: { plugin: { name: 'p' } },
      plugins: { plugins: plugins(config), runner },
    });
    expect([ran.map(({ argv, folder }) => [argv, folder]), left()]).toEqual([[[['announce'], 'app']], 0]);
    return made.ok ? made.value : made.error.message;
  };

  it('are those that the command prints for the folder, and those of the configuration', async () => {
    expect(await announced(printed('[{"name": "found"}]\n'))).toEqual([{ name: 'found' }, { name: 'fixed' }]);
  });

  it('that are no list are refused', async () => {
    expect(await announced(printed('{}'))).toMatch(/^error unmarshaling dynamic parameter output/);
  });
});

describe('generation', () => {
  const files: Files = { 'app/a': 'x' };
  const config = simple('{}').replace('spec:', 'spec:\n  init: {command: [prepare]}');

  it('runs init and generate in one private copy, in the folder, with the environment', async () => {
    const { runner, ran, left } = fakeRunner({
      prepare: printed(''),
      gen: printed(
        `${cm('a')}---\n---\n# nothing\n---\nkind: List\nitems:\n- ${JSON.stringify({ kind: 'B', metadata: { name: 'b' } })}\n`,
      ),
    });
    const plugin = {
      name: 'p',
      env: [{ name: 'TAG', value: '${ARGOCD_APP_NAME}-$KUBE_VERSION' }],
      parameters: [
        { name: 'my-list', array: ['x', 'y'] },
        { name: 'table', map: { 'a.b': '<1>' } },
        { name: 'text', string: '' },
      ],
    };
    const made = await outcome({ files, config, plugin, runner });
    expect(made.ok && made.value.manifests.map(({ object }) => object.metadata.name)).toEqual(['a', 'b']);
    expect(made.ok && made.value.sourceType).toBe('Plugin');
    expect(ran.map(({ argv, folder }) => [argv, folder])).toEqual([
      [['prepare'], 'app'],
      [['gen', 'a'], 'app'],
    ]);
    expect(ran[1]?.environment).toMatchObject({
      ARGOCD_APP_NAME: 'shop',
      ARGOCD_APP_REVISION: 'abc',
      ARGOCD_APP_PROJECT_NAME: '',
      KUBE_VERSION: '1.36.0',
      KUBE_API_VERSIONS: 'v1,apps/v1',
      ARGOCD_ENV_TAG: 'shop-1.36.0',
      ARGOCD_APP_PARAMETERS:
        '[{"array":["x","y"],"name":"my-list"},{"map":{"a.b":"\\u003c1\\u003e"},"name":"table"},{"name":"text","string":""}]',
      PARAM_MY_LIST_0: 'x',
      PARAM_MY_LIST_1: 'y',
      PARAM_TABLE_A_B: '<1>',
      PARAM_TEXT: '',
    });
    expect(left()).toBe(0);
  });

  it('depends on the whole repository', async () => {
    const { runner } = fakeRunner({ prepare: printed(''), gen: printed('') });
    const made = await outcome({ files, config, plugin: { name: 'p' }, runner });
    expect(made.ok && made.value.reads.map(({ path }) => path)).toContain('');
  });

  it.each<[string, Partial<Wish>, Readonly<Record<string, ProcessOutcome>>, string]>([
    [
      'a program that fails',
      {},
      { prepare: printed(''), gen: { ok: false, cause: 'exit status 3', stderr: 'no luck\n' } },
      'error generating manifests in cmp: error generating manifests: `gen a` failed exit status 3: no luck',
    ],
    [
      'an output that is no YAML',
      {},
      { prepare: printed(''), gen: printed('a: b: c\n') },
      'failed to convert CMP manifests to unstructured objects: mapping values are not allowed in this context',
    ],
    [
      'an output that is no object',
      {},
      { prepare: printed(''), gen: printed('a: b\n') },
      `failed to convert CMP manifests to unstructured objects: Object 'Kind' is missing in '{"a":"b"}'`,
    ],
    [
      'a plugin that is not there',
      { plugin: { name: 'q' } },
      {},
      'could not find cmp-server plugin with name "q" supporting the given repository',
    ],
    [
      'a named plugin that does not want the folder',
      { config: simple('{fileName: none}') },
      {},
      'could not find cmp-server plugin with name "p" supporting the given repository',
    ],
    [
      'no plugin that wants the folder',
      { plugin: {} },
      {},
      'could not find plugin supporting the given repository',
    ],
    [
      'a plugin that asks for credentials',
      { config: simple('{}').replace('spec:', 'spec:\n  provideGitCreds: true') },
      {},
      "plugin p asks for the repository's credentials (provideGitCreds), which no program gets",
    ],
  ])('%s is refused', async (_, wish, answers, message) => {
    const { runner, left } = fakeRunner(answers);
    const made = await outcome({ files, config, plugin: { name: 'p' }, runner, ...wish });
    expect(made.ok ? '' : made.error[0]?.message).toBe(
      `CMP processing failed for application "shop": ${message}`,
    );
    expect(left()).toBe(0);
  });

  it('is refused where no programs may run', async () => {
    const made = await outcome({ files, config, plugin: { name: 'p' } });
    expect(made.ok ? '' : made.error[0]?.message).toContain(
      'plugin p runs programs, which is not possible here',
    );
  });
});

describe('the built-in equivalent', () => {
  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: web, image: 'registry:5000/web:old'}]}}}
`;
  const files: Files = {
    'app/kustomization.yaml': 'resources: [../base]\nnamePrefix: p-\n',
    'base/kustomization.yaml': 'resources: [web.yaml]\n',
    'base/web.yaml': deployment,
  };
  const seed = `avp-kustomize:
  allowConcurrency: true
  discover: {find: {command: [sh, "-c", "find . -name kustomization.yaml"]}}
  generate:
    command:
      - sh
      - "-c"
      - "kustomize edit set annotation \\"github.com/url:\${ARGOCD_ENV_APP_REPO}\\"; kustomize edit set image \${ARGOCD_ENV_IMAGE_NAME}:\${ARGOCD_ENV_IMAGE_TAG}; kustomize build --enable-helm . | argocd-vault-plugin -s \${ARGOCD_ENV_AVP_SECRET} generate -"
  lockRepo: false
`;
  const plugin = {
    name: 'avp-kustomize',
    env: [
      { name: 'APP_REPO', value: 'https://git.example.com/shop' },
      { name: 'IMAGE_NAME', value: 'registry:5000/web' },
      { name: 'IMAGE_TAG', value: 'v2' },
      { name: 'AVP_SECRET', value: 'argocd:avp' },
    ],
  };

  it('edits, builds and looks for placeholders where the programs are not installed', async () => {
    const { runner, ran } = fakeRunner({ sh: printed('./kustomization.yaml\n') }, ['sh', 'find']);
    const made = await outcome({ files, config: seed, plugin, runner });
    expect(made.ok ? made.value.manifests.map(({ object }) => object) : made.error).toMatchObject([
      {
        metadata: { name: 'p-web', annotations: { 'github.com/url': 'https://git.example.com/shop' } },
        spec: { template: { spec: { containers: [{ image: 'registry:5000/web:v2' }] } } },
      },
    ]);
    // Only the discovery's programs are there.
    expect(ran.map(({ argv }) => argv[2])).toEqual(['find . -name kustomization.yaml']);
    expect(made.ok && made.value.reads.map(({ path }) => path)).toContain('base/web.yaml');
  });

  it('leaves it to the programs where they are installed', async () => {
    const { runner, ran } = fakeRunner({ sh: printed(cm('made')) }, [
      'sh',
      'find',
      'kustomize',
      'argocd-vault-plugin',
    ]);
    const made = await outcome({ files, config: seed, plugin, runner });
    expect(made.ok && made.value.manifests.map(({ object }) => object.metadata.name)).toEqual(['made']);
    expect(ran).toHaveLength(2);
  });

  it('is there under its name without being configured', async () => {
    const made = await outcome({ files, config: simple('{}', 'x'), plugin: { name: 'avp-kustomize' } });
    expect(made.ok && made.value.manifests.map(({ object }) => object.metadata.name)).toEqual(['p-web']);
  });

  it.each([
    ['<path:secret/data/db#password>', '', '/stringData/password'],
    ['<password>', '{avp.kubernetes.io/path: secret/db}', '/stringData/password'],
  ])('refuses the placeholder %s', async (text, annotations, pointer) => {
    const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: ${annotations || '{}'}}\nstringData: {password: "${text}"}\n`;
    const made = await outcome({
      files: { 'app/kustomization.yaml': 'resources: [s.yaml]\n', 'app/s.yaml': secret },
      config: seed,
      plugin,
    });
    expect(made.ok ? '' : made.error[0]?.message).toBe(
      `CMP processing failed for application "shop": Secret s: ${pointer} is a placeholder for a secret, which is not resolved yet`,
    );
  });

  it('finds placeholders in base64, and lets other angle brackets and ignored objects be', async () => {
    const secretOf = (value: string, annotations = '{}'): Files => ({
      'app/kustomization.yaml': 'resources: [s.yaml]\n',
      'app/s.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: ${annotations}}\ndata: {a: ${value}}\n`,
    });
    const hidden = Buffer.from('user: <path:a/b#c>').toString('base64');
    const runs = async (files2: Files) => (await outcome({ files: files2, config: seed, plugin })).ok;
    expect(await runs(secretOf(hidden))).toBe(false);
    expect(await runs(secretOf(hidden, '{avp.kubernetes.io/ignore: "true"}'))).toBe(true);
    expect(await runs(secretOf(Buffer.from('<xml>').toString('base64')))).toBe(true);
  });

  it.each([
    ['kustomize build . > out', 'runs programs'],
    ['helm template . | argocd-vault-plugin generate -', 'runs programs'],
    ['kustomize edit fix; kustomize build .', 'does not know kustomize edit fix'],
    ['kustomize build --stack-trace .', 'does not know kustomize build --stack-trace'],
    ['kustomize edit set image :; kustomize build .', 'an image has no name or no tag'],
  ])('does not guess what `%s` does', async (script, message) => {
    const config = `x: {generate: {command: [sh, -c, ${JSON.stringify(script)}]}}`;
    const made = await outcome({ files, config, plugin: { name: 'x' } });
    expect(made.ok ? '' : made.error[0]?.message).toContain(message);
  });
});
