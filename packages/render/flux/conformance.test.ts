import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rendering, Tree } from '@plumbline/api';
import type { Problem, Result } from '@plumbline/base';
import { ok } from '@plumbline/base';
import { readYaml, writeYaml } from '@plumbline/languages';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';
import {
  compileIgnore,
  generateKustomization,
  isLocalRelativePath,
  renderFluxKustomization,
} from './index.ts';
import type { FluxRenderRequest, FluxSpec } from './index.ts';

const data = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');
const folder = join(data, 'flux/kustomize/testdata');
const present = existsSync(folder);

/** The files of a folder of the test data as a tree. */
function treeOf(name: string): Tree {
  const files: Record<string, Uint8Array> = {};
  for (const entry of readdirSync(join(folder, name), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[path.slice(join(folder, name).length + 1)] = readFileSync(path);
  }
  return memoryTree(files);
}

function textOf(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

function specOf(file: string): FluxSpec {
  const read = readYaml(textOf(file), { file });
  const [document] = read.ok ? read.value : [];
  // The folder that the test data name is not theirs.
  return { ...(document?.value as { spec: FluxSpec } | undefined)?.spec, path: '' };
}

async function run(request: Omit<FluxRenderRequest, 'tree'> & { readonly tree: Tree }): Promise<string> {
  return printed(await renderFluxKustomization(request));
}

function printed(rendered: Result<Rendering, readonly Problem[]>): string {
  if (!rendered.ok) return `error: ${rendered.error.map(({ message }) => message).join('; ')}`;
  return rendered.value.manifests.map(({ object }) => writeYaml(object)).join('---\n');
}

const variables: FluxRenderRequest['variables'] = ({ kind, name }) => {
  const file =
    name === 'app-vars' ? 'configmap.yaml' : kind === 'Secret' ? 'secret_empty.yaml' : 'configmap_empty.yaml';
  const read = readYaml(textOf(file), { file });
  const object = (read.ok ? read.value[0]?.value : {}) as {
    data?: Record<string, string>;
    stringData?: Record<string, string>;
  };
  return Promise.resolve(ok(object.data ?? object.stringData));
};

describe.skipIf(!present)('the generator, as upstream tests it', () => {
  it('adds what the spec says to the kustomization of the folder', async () => {
    const rendered = await run({ tree: treeOf('resources'), spec: specOf('kustomization.yaml') });
    expect(rendered).toBe(textOf('kustomization_expected.yaml'));
  });

  it('leaves out what .sourceignore names where it is asked to', async () => {
    const spec = specOf('kustomization.yaml');
    const all = await run({ tree: treeOf('resources'), spec: { ...spec, patches: [] }, ignore: '' });
    expect(all).toBe('');
    const some = await run({
      tree: treeOf('resources'),
      spec: { ...spec, patches: [] },
      ignore: '!config.yaml',
    });
    expect(some).toBe(textOf('kustomization_with_ignore_expected.yaml'));
  });

  it('keeps remote resources whatever is ignored', async () => {
    const generated = await generateKustomization(treeOf('remote'), '', specOf('kustomization.yaml'), {
      ignore: 'configmap.yaml',
    });
    expect(generated.kustomization['resources']).toEqual([
      'https://raw.githubusercontent.com/fluxcd/flux2/main/manifests/rbac/controller.yaml',
    ]);
  });

  it.each([
    ['empty', 'empty/ks.yaml'],
    ['noResources', 'noResources/ks.yaml'],
  ])('makes nothing of a folder without resources (%s)', async (name, spec) => {
    const files = treeOf(name);
    const tree = name === 'empty' ? memoryTree({ 'README.md': '' }) : files;
    expect(await run({ tree, spec: specOf(spec) })).toBe('');
  });

  it('puts a prefix and a suffix on names', async () => {
    const rendered = await run({ tree: withoutKs('name'), spec: specOf('name/ks.yaml') });
    expect(rendered).toMatch(/name: prefix-test-configmap-suffix-/);
    expect(rendered).toContain('namespace: test-namespace');
  });

  it('takes the metadata of the build from the spec', async () => {
    const generated = await generateKustomization(
      withoutKs('buildMetadata'),
      '',
      specOf('buildMetadata/ks.yaml'),
    );
    expect(generated.kustomization['buildMetadata']).toEqual(['originAnnotations', 'transformerAnnotations']);
    const unset = await generateKustomization(withoutKs('buildMetadata'), '', {});
    expect(unset.kustomization['buildMetadata']).toEqual(['originAnnotations']);
  });

  it('finds bases that lie beside the folder', async () => {
    const rendered = await run({ tree: treeOf('relbase'), spec: { path: 'clusters/staging/flux-system' } });
    expect(rendered).not.toContain('error');
  });

  it('builds an encrypted kind, on which upstream panics', async () => {
    expect(await run({ tree: treeOf('panic'), spec: {} })).toMatch(/^apiVersion: ENC\[/);
  });
});

/** The tree without the Flux object that lies beside the kustomization. */
function withoutKs(name: string): Tree {
  return memoryTree({ 'kustomization.yaml': textOf(`${name}/kustomization.yaml`) });
}

describe.skipIf(!present)('substitution after the build, as upstream tests it', () => {
  it('replaces variables of the spec and of a ConfigMap', async () => {
    const spec = specOf('kustomization_varsub.yaml');
    const rendered = await run({ tree: treeOf('resources'), spec, variables });
    expect(rendered).toBe(textOf('kustomization_varsub_expected.yaml'));
  });

  it('refuses unknown variables only where it is strict', async () => {
    const spec = specOf('kustomization_varsub.yaml');
    const strict = await run({ tree: treeOf('varsubstrict'), spec, variables, strict: true });
    expect(strict).toContain('variable not set');
    const lax = await run({ tree: treeOf('varsubstrict'), spec, variables, strict: false });
    expect(lax).toContain('missing: null');
  });

  it('replaces defaults without any variable only where it always does', async () => {
    const tree = treeOf('varsubalways');
    const never = await run({ tree, spec: { postBuild: {} } });
    expect(never).toContain('${cluster_env:=dev}');
    const always = await run({ tree, spec: { postBuild: { substituteStrategy: 'Always' } } });
    expect(always).toContain('environment: dev');
    expect(always).toContain('region: eu-central-1');
    expect(always).not.toContain('${');
  });

  it('takes empty variables for set ones', async () => {
    const tree = treeOf('varsubstrictempty');
    const rendered = await run({
      tree,
      spec: specOf('kustomization_varsub_empty.yaml'),
      variables,
      strict: true,
    });
    for (const label of ['from-inline', 'from-configmap', 'from-secret'])
      expect(rendered).toContain(`${label}: null`);
    const omitted = await run({
      tree,
      spec: specOf('kustomization_varsub_dummy.yaml'),
      variables,
      strict: false,
    });
    expect(rendered).toBe(omitted);
  });
});

interface Row {
  readonly name: string;
  readonly test: string;
  readonly partial?: boolean;
  readonly case: Readonly<Record<string, unknown>>;
}

function rowsOf(file: string, test: string): [string, Row['case']][] {
  const path = join(data, 'flux/functions', file);
  if (!existsSync(path)) return [];
  const rows = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  return rows.filter((row) => row.test === test && row.partial !== true).map((row) => [row.name, row.case]);
}

type GoImage = Readonly<Record<'Name' | 'NewName' | 'NewTag' | 'Digest', string>>;

const imagesOf = (images: unknown) =>
  ((images ?? []) as GoImage[]).map(({ Name, NewName, NewTag, Digest }) =>
    Object.fromEntries(
      Object.entries({ name: Name, newName: NewName, newTag: NewTag, digest: Digest }).filter(
        ([, text]) => text,
      ),
    ),
  );

describe.skipIf(!present)('the tables of the generator', () => {
  it.each(rowsOf('kustomize-generator.jsonl', 'Test_Images'))('images: %s', async (_, row) => {
    const deployment = textOf('resources/deployment.yaml').replace('${image}', 'ghcr.io/example/app:v1.0.0');
    const tree = memoryTree({
      'kustomization.yaml': JSON.stringify({
        resources: ['deployment.yaml'],
        images: imagesOf(row['existingImages']),
      }),
      'deployment.yaml': deployment,
    });
    const spec = { images: imagesOf(row['fluxImages']) } as unknown as FluxSpec;
    const generated = await generateKustomization(tree, '', spec);
    expect(generated.kustomization['images']).toEqual(imagesOf(row['expectedImages']));
    expect(await run({ tree, spec })).toContain(`image: ${String(row['expectedImage'])}\n`);
  });

  it.each(rowsOf('kustomize-generator.jsonl', 'Test_Components'))('components: %s', async (_, row) => {
    const tree = row['dir'] === '' ? memoryTree({ 'a.txt': '' }) : treeOf(String(row['dir']));
    const generated = await generateKustomization(tree, '', {
      components: row['fluxComponents'] as string[],
    });
    expect(generated.kustomization['components']).toEqual(row['expectedComponents']);
  });

  it.each(rowsOf('kustomize-generator.jsonl', 'Test_IgnoreMissingComponents'))('%s', async (_, row) => {
    const tree = memoryTree({
      'configmap.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n',
      'kustomization.yaml': 'resources: [configmap.yaml]\n',
      'existing-component/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: a-\n',
    });
    const spec = {
      components: row['components'] as string[],
      ignoreMissingComponents: row['ignoreMissingComponents'] === true,
    };
    const generated = await generateKustomization(tree, '', spec);
    expect(generated.kustomization['components'] ?? null).toEqual(row['expectedComponents']);
    expect((await run({ tree, spec })).startsWith('error')).toBe(row['expectError']);
  });

  it.each(rowsOf('kustomize-generator.jsonl', 'Test_IsLocalRelativePath'))('%s', (_, row) => {
    expect(isLocalRelativePath(String(row['path']))).toBe(row['expected']);
  });

  it.each([
    ...rowsOf('kustomize-generator.jsonl', 'TestScanManifests'),
    ...rowsOf('kustomize-generator.jsonl', 'TestScanManifests_WithIgnorePatterns'),
  ])('%s', async (_, row) => {
    const base = String(row['base']).replace('./testdata/', '');
    const generated = generateKustomization(treeOf(base), '', {});
    if (row['wantErr'] === true) return expect(generated).rejects.toThrow(/failed to decode Kubernetes YAML/);
    const wanted = (row['wantPaths'] as string[]).map((path) => path.replace(`testdata/${base}`, '.'));
    expect((await generated).kustomization['resources']).toEqual(wanted);
  });

  it.each(rowsOf('sourceignore.jsonl', 'TestReadPatterns'))('ignore lines: %s', (_, row) => {
    const isIgnored = compileIgnore(
      [{ folder: (row['domain'] ?? []) as string[], text: String(row['ignore']) }],
      false,
    );
    for (const path of row['matches'] as string[]) expect(isIgnored(path.split('/'), false), path).toBe(true);
    for (const path of row['mismatches'] as string[])
      expect(isIgnored(path.split('/'), false), path).toBe(false);
  });
});

describe.skipIf(!present)('schemas of the user', () => {
  it('stand beside the built-in one', async () => {
    for (const name of ['pollutor', 'victim']) {
      const rendered = await run({ tree: treeOf(`openapiPollution/${name}`), spec: {} });
      for (const text of ['image: ', 'resources:', 'requests:', 'memory: 64Mi'])
        expect(rendered).toContain(text);
    }
  });
});
