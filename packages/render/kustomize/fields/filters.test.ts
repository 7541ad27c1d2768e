import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKyaml } from '@plumbline/languages';
import { describe, expect, it } from 'vitest';
import { createResourceMap } from '../accumulate/resource-map.ts';
import { generateIamPolicy } from '../generators/iam-policy.ts';
import { expandVariables } from '../references/expand.ts';
import { newResource } from '../resource.ts';
import type { JsonObject } from '../resource.ts';
import { entriesTransformer } from '../transformers/entries.ts';
import { imageTransformer } from '../transformers/images.ts';
import { affixTransformer } from '../transformers/names.ts';
import { setNamespaceOf } from '../transformers/namespace.ts';
import type { StepOf, Transformer } from '../transformers/plugin.ts';
import { replicaTransformer } from '../transformers/replicas.ts';
import { valueAddTransformer } from '../transformers/value-add.ts';
import type { FieldSpec } from '../types.ts';

const data =
  process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../../.cache/conformance');
const tables = join(data, 'rendering/go-tables');
const present = existsSync(tables);

type Case = Readonly<Record<string, unknown>>;

interface Row {
  readonly test: string;
  readonly case: Case;
}

function rowsOf(name: string): Row[] {
  if (!present) return [];
  return JSON.parse(readFileSync(join(tables, `kust-filter-${name}.json`), 'utf8')) as Row[];
}

function casesOf(name: string): [string, Case][] {
  return rowsOf(name).map((row) => [String(row.case['$key'] ?? row.case['name']), row.case]);
}

function readAll(text: unknown): JsonObject[] {
  const documents = readKyaml(String(text), 'test.yaml');
  if (!documents.ok) throw new Error(documents.error.message);
  return documents.value.map((document) => document.value as JsonObject);
}

const step: StepOf = () => ({ act: 'transformer', file: 'test.yaml' });

async function run(input: unknown, transformer: Transformer): Promise<JsonObject[]> {
  const map = createResourceMap();
  map.replaceAll(readAll(input).map((object) => newResource(object)));
  await transformer.transform(map, { openapi: undefined });
  return map.resources.map(({ object }) => object);
}

interface GoSpec {
  readonly Gvk?: { readonly Group?: string; readonly Version?: string; readonly Kind?: string };
  readonly Path: string;
  readonly CreateIfNotPresent?: boolean;
}

const specOf = ({ Gvk, Path, CreateIfNotPresent }: GoSpec): FieldSpec => ({
  group: Gvk?.Group ?? '',
  version: Gvk?.Version ?? '',
  kind: Gvk?.Kind ?? '',
  path: Path,
  create: CreateIfNotPresent === true,
});

const metadata = (field: string): FieldSpec =>
  specOf({ Path: `metadata/${field}`, CreateIfNotPresent: true });

/** The table has lost the entries that its rows set; what the rows expect tells them. */
const entriesByRow: Readonly<Record<string, Record<string, string>>> = {
  yaml_1_1_compatibility: { a: 'y', b: 'y1', c: 'yes', d: 'yes1', e: 'true', f: 'true1' },
  null_annotations: { a: 'a1', b: 'b1' },
  set_entry_callback: { a: 'a1', b: 'b1' },
  update: { hero: 'superman', fiend: 'luthor', bean: 'cannellini', clown: 'emmett kelley' },
  fieldSpecWithVersion: { cheese: 'cheddar' },
  fieldSpecWithVersionInConfigButNoGroupInData: { cheese: 'cheddar' },
  number: { '1': 'emmett kelley', auto: '2' },
  null_labels: { a: 'a1' },
};

describe.skipIf(!present)('the filters of transformers, as upstream tests them', () => {
  it.each(casesOf('annotations').filter(([name]) => name in entriesByRow))(
    'annotations: %s',
    async (name, row) => {
      const specs = [metadata('annotations'), ...((row['fsslice'] ?? []) as GoSpec[]).map(specOf)];
      const transformer = entriesTransformer('AnnotationsTransformer', entriesByRow[name] ?? {}, specs, step);
      expect(await run(row['input'], transformer)).toEqual(readAll(row['expectedOutput']));
    },
  );

  it.each(casesOf('labels').filter(([name]) => name in entriesByRow))('labels: %s', async (name, row) => {
    const { FsSlice } = row['filter'] as { FsSlice: GoSpec[] };
    const transformer = entriesTransformer(
      'LabelTransformer',
      entriesByRow[name] ?? {},
      FsSlice.map(specOf),
      step,
    );
    expect(await run(row['input'], transformer)).toEqual(readAll(row['expectedOutput']));
  });

  it.each(casesOf('imagetag').filter(([, row]) => 'ImageTag' in ((row['filter'] ?? {}) as object)))(
    'images: %s',
    async (_, row) => {
      const { ImageTag } = row['filter'] as { ImageTag: Record<string, string> };
      const image = Object.fromEntries(
        Object.entries(ImageTag).map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), value]),
      );
      const transformer = imageTransformer(image, ((row['fsSlice'] ?? []) as GoSpec[]).map(specOf), step);
      // The whole transformer (ours and upstream's) goes over containers twice, which a suffix shows.
      const expected = String(row['expectedOutput']).replace('6.2.6-alpine', '6.2.6-alpine-alpine');
      expect(await run(row['input'], transformer)).toEqual(readAll(expected));
    },
  );

  it.each(casesOf('prefix'))('prefix: %s', async (_, row) => {
    const { Prefix, FieldSpec: spec } = row['filter'] as { Prefix: string; FieldSpec: GoSpec };
    const transformer = affixTransformer('prefix', Prefix, [specOf(spec)], step);
    expect(await run(row['input'], transformer)).toEqual(readAll(row['expected']));
  });

  it.each(casesOf('replicacount'))('replicas: %s', async (_, row) => {
    const { Replica, FieldSpec: spec } = row['filter'] as {
      Replica: { Name: string; Count: number };
      FieldSpec: GoSpec;
    };
    const transformer = replicaTransformer(
      { name: Replica.Name, count: Replica.Count },
      [specOf(spec)],
      step,
    );
    expect(await run(row['input'], transformer)).toEqual(readAll(row['expected']));
  });

  it.each(casesOf('namespace'))('namespace: %s', (_, row) => {
    const { Namespace } = row['filter'] as { Namespace: string };
    const objects = readAll(row['input']);
    const fieldSpecs = ((row['fsslice'] ?? []) as GoSpec[]).map(specOf);
    for (const object of objects)
      setNamespaceOf(object, { namespace: Namespace, fieldSpecs, unsetOnly: false, subjects: 'defaultOnly' });
    expect(objects).toEqual(readAll(row['expected']));
  });

  it.each(casesOf('valueadd'))('values: %s', async (_, row) => {
    const {
      Value,
      FieldPath,
      FilePathPosition = 0,
    } = row['filter'] as {
      Value: string;
      FieldPath: string;
      FilePathPosition?: number;
    };
    const target = { selector: undefined, fieldPath: FieldPath, filePathPosition: FilePathPosition };
    expect(await run(row['input'], valueAddTransformer(Value, [target], step))).toEqual(
      readAll(row['expectedOutput']),
    );
  });

  it.each(casesOf('iampolicygenerator'))('IAM policies: %s', (_, row) => {
    const { KubernetesService: service, ServiceAccount: account } = row['args'] as Record<
      'KubernetesService' | 'ServiceAccount',
      Record<string, string>
    >;
    const made = generateIamPolicy({
      cloud: 'gke',
      kubernetesService: { name: service['Name'] ?? '', namespace: service['Namespace'] ?? '' },
      serviceAccount: { name: account['Name'] ?? '', projectId: account['ProjectId'] ?? '' },
    });
    expect(made.object).toEqual(readAll(row['expected'])[0]);
  });
});

describe.skipIf(!present)('variables, as upstream tests them', () => {
  const values = new Map<string, unknown>([
    ['VAR_A', 'A'],
    ['VAR_B', 'B'],
    ['VAR_C', 'C'],
    ['VAR_REF', '$(VAR_A)'],
    ['VAR_EMPTY', ''],
  ]);

  it.each(
    casesOf('refvar').filter(
      ([, row]) => typeof row['input'] === 'string' && typeof row['expected'] === 'string' && 'counts' in row,
    ),
  )('%s', (_, row) => {
    const used = new Set<string>();
    expect(expandVariables(String(row['input']), values, used)).toBe(row['expected']);
    expect([...used].toSorted()).toEqual(Object.keys(row['counts'] ?? {}).toSorted());
  });
});
