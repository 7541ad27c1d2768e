import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '@plumbline/api';
import { readYaml } from '@plumbline/languages';
import type { Draft } from '../registry/types.ts';
import { compileDefinition, type CompiledVersion } from './index.ts';

const root = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');
const folder = join(root, 'crds');
const present = existsSync(folder);

interface Entry {
  readonly name: string;
  readonly file: string;
}

/**
 * Samples that do not fit their own definitions: fragments of documentation without required fields, placeholders in
 * capitals, values of another type. The list may only get shorter.
 */
const refused = new Set<string>([
  'argo-cd/applicationset/examples/design-doc/applicationset.yaml',
  'argo-cd/applicationset/examples/design-doc/git-directory-discovery-fasttemplate.yaml',
  'argo-cd/applicationset/examples/design-doc/git-files-discovery.yaml',
  'argo-cd/applicationset/examples/design-doc/git-files-literal-fasttemplate.yaml',
  'argo-cd/applicationset/examples/design-doc/git-files-literal.yaml',
  'external-secrets/docs/snippets/gcpsm-sa-secret-store.yaml',
  'external-secrets/docs/snippets/gcpsm-wif-core-controller-secret-store.yaml',
  'external-secrets/docs/snippets/gcpsm-wif-iam-secret-store.yaml',
  'external-secrets/docs/snippets/gcpsm-wif-non-native-iam-secret-store.yaml',
  'external-secrets/docs/snippets/gcpsm-wif-sa-secret-store.yaml',
  'external-secrets/docs/snippets/generator-gcr.yaml',
  'external-secrets/docs/snippets/github-push-secret.yaml',
  'external-secrets/docs/snippets/ibm-secret-store.yaml',
  'external-secrets/docs/snippets/ngrok-push-secret-with-metadata.yaml',
  'external-secrets/docs/snippets/ngrok-push-secret.yaml',
  'external-secrets/docs/snippets/onboardbase-generic-secret-store.yaml',
  'external-secrets/docs/snippets/oracle-instance-principal.yaml',
  'external-secrets/docs/snippets/oracle-secret-store.yaml',
  'external-secrets/docs/snippets/oracle-workload-identity.yaml',
  'external-secrets/docs/snippets/vault-mtls-store.yaml',
]);

function definitionsOf(entry: Entry): KubeObject {
  const zipped = join(folder, `${entry.file}.gz`);
  const text = existsSync(zipped)
    ? gunzipSync(readFileSync(zipped)).toString()
    : readFileSync(join(folder, entry.file), 'utf8');
  const documents = readYaml(text, { file: entry.file });
  if (!documents.ok) throw new Error(documents.error.message);
  const objects = documents.value.map((document) => document.value as KubeObject);
  return objects.find((object) => object.metadata.name === entry.name)!;
}

describe.skipIf(!present)('definitions of the field', () => {
  const index = present
    ? (JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as readonly Entry[])
    : [];
  const served = new Map<string, CompiledVersion>();

  it.each(index.map((entry) => [entry.file, entry] as const))('%s compiles', (_, entry) => {
    const definition = definitionsOf(entry);
    const { versions, errors } = compileDefinition(definition);
    expect(errors).toEqual([]);
    expect(versions.length).toBeGreaterThan(0);
    const spec = definition['spec'] as { group: string; names: { kind: string } };
    if (entry.file.includes('experimental')) return;
    for (const version of versions)
      served.set(`${spec.group}/${version.version} ${spec.names.kind}`, version);
  });

  const samples = present
    ? readdirSync(join(folder, 'samples')).filter((file) => file.endsWith('.jsonl'))
    : [];
  it.each(samples)('samples of %s are valid', (file) => {
    const bad: string[] = [];
    for (const line of readFileSync(join(folder, 'samples', file), 'utf8')
      .trim()
      .split('\n')) {
      const sample = JSON.parse(line) as { name: string; apiVersion: string; kind: string; object: Draft };
      const version = served.get(`${sample.apiVersion} ${sample.kind}`);
      if (version === undefined || refused.has(sample.name) || sample.name.includes('invalid')) continue;
      version.prune(sample.object);
      version.default(sample.object);
      const errors = version.validate(sample.object as unknown as KubeObject, undefined);
      if (errors.length > 0)
        bad.push(
          `${sample.name} ${sample.kind}: ${errors
            .map((error) => `${error.field}: ${error.message}`)
            .join('; ')
            .slice(0, 300)}`,
        );
    }
    expect(bad).toEqual([]);
  });
});
