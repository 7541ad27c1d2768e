import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKyaml } from '@plumbline/languages';
import { describe, expect, it } from 'vitest';
import { metadataOf, newResource } from '../resource.ts';
import type { JsonObject, Resource } from '../resource.ts';
import type { FieldOptions, FieldSpec, Replacement, Selector } from '../types.ts';
import { applyReplacements, applyToFieldSpec, applyToFieldSpecs, setText, splitPath } from './index.ts';

const data =
  process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../../.cache/conformance');
const tables = join(data, 'rendering/go-tables');
const present = existsSync(tables);

type Case = Readonly<Record<string, unknown>>;

function casesOf(file: string): [string, Case][] {
  if (!present) return [];
  const rows = JSON.parse(readFileSync(join(tables, `${file}.json`), 'utf8')) as { readonly case: Case }[];
  return rows.map((row) => [String(row.case['$key']), row.case]);
}

function readAll(text: unknown): JsonObject[] {
  const documents = readKyaml(String(text), 'test.yaml');
  if (!documents.ok) throw new Error(documents.error.message);
  return documents.value.map((document) => document.value as JsonObject);
}

/** What went wrong, or '' and the result of the work. */
function attempt<T>(work: () => T): { readonly error: string; readonly value?: T } {
  try {
    return { error: '', value: work() };
  } catch (thrown) {
    return { error: (thrown as Error).message };
  }
}

describe.skipIf(!present)('replacements, as upstream tests them', () => {
  it.each(casesOf('kust-replacement'))('%s', (_, row) => {
    const { input, replacements, expected, expectedErr } = row;
    const resources = readAll(input).map(resourceOf);
    const [document] = readAll(replacements);
    const listed = (document?.['replacements'] ?? []) as JsonObject[];
    const done = attempt(() => {
      applyReplacements(resources, listed.map(replacementOf));
      return resources.map((resource) => resource.object);
    });
    // Upstream's own test looks for the text in the error, too.
    if (expectedErr !== '') return expect(done.error).toContain(expectedErr);
    expect(done.error).toBe('');
    expect(done.value).toEqual(readAll(expected).map((object) => resourceOf(object).object));
  });
});

const internal = 'internal.config.kubernetes.io/previous';

/** Upstream keeps earlier names in annotations, we beside the object. */
function resourceOf(object: JsonObject): Resource {
  const resource = newResource(object);
  const annotations = metadataOf(object)?.['annotations'] as Record<string, string> | undefined;
  const [names, namespaces, kinds] = ['Names', 'Namespaces', 'Kinds'].map((part) => {
    const text = annotations?.[`${internal}${part}`];
    if (annotations !== undefined) delete annotations[`${internal}${part}`];
    return text?.split(',');
  });
  resource.previous = (names ?? []).map((name, i) => ({
    name,
    namespace: namespaces?.[i] ?? '',
    kind: kinds?.[i] ?? '',
  }));
  return resource;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function selectorOf(from: unknown): Selector {
  const fields = (from ?? {}) as JsonObject;
  const [group, version, kind, name, namespace] = ['group', 'version', 'kind', 'name', 'namespace'].map(
    (key) => text(fields[key]),
  ) as [string, string, string, string, string];
  return {
    group,
    version,
    kind,
    name,
    namespace,
    annotationSelector: text(fields['annotationSelector']),
    labelSelector: text(fields['labelSelector']),
  };
}

function optionsOf(from: unknown): FieldOptions | undefined {
  if (from === undefined) return undefined;
  return { delimiter: '', index: 0, encoding: '', create: false, ...(from as Partial<FieldOptions>) };
}

function replacementOf(from: JsonObject): Replacement {
  const source = from['source'] as JsonObject | undefined;
  const options = optionsOf(source?.['options']);
  const targets = (from['targets'] ?? []) as JsonObject[];
  return {
    ...(source === undefined
      ? {}
      : {
          source: {
            ...selectorOf(source),
            fieldPath: text(source['fieldPath']),
            ...(options === undefined ? {} : { options }),
          },
        }),
    ...(from['sourceValue'] === undefined ? {} : { sourceValue: text(from['sourceValue']) }),
    targets: targets.map((target) => {
      const targetOptions = optionsOf(target['options']);
      return {
        ...(target['select'] === undefined ? {} : { select: selectorOf(target['select']) }),
        reject: ((target['reject'] ?? []) as unknown[]).map(selectorOf),
        fieldPaths: (target['fieldPaths'] ?? []) as string[],
        ...(targetOptions === undefined ? {} : { options: targetOptions }),
      };
    }),
  };
}

function specOf(from: unknown): FieldSpec {
  const fields = (from ?? {}) as JsonObject;
  return {
    group: text(fields['group']),
    version: text(fields['version']),
    kind: text(fields['kind']),
    path: text(fields['path']),
    create: fields['create'] === true,
  };
}

describe.skipIf(!present)('field specs, as upstream tests them', () => {
  it.each(casesOf('kust-filter-fieldspec').filter(([, row]) => 'filter' in row))('%s', (name, row) => {
    const [object = {}] = readAll(row['input']);
    const creates = 'CreateKind' in ((row['filter'] ?? {}) as object);
    const done = attempt(() => {
      // The value that the function of the row sets is seen in what it expects.
      const value = /: bar\b/.test(String(row['expected'])) ? 'bar' : 'e';
      applyToFieldSpec(
        object,
        specOf(readAll(row['fieldSpec'])[0]),
        setText(value),
        creates ? { createKind: 'ScalarNode' } : {},
      );
      return object;
    });
    expect(done.error).toBe(row['error'] ?? '');
    if (done.error === '' && 'expected' in row) expect(done.value, name).toEqual(readAll(row['expected'])[0]);
  });

  it.each(casesOf('kust-filter-fieldspec').filter(([, row]) => !('filter' in row)))(
    'visits: %s',
    (_, row) => {
      const [object = {}] = readAll(row['input']);
      const spec = specOf(readAll(row['fieldSpec'])[0]);
      const visited: string[] = [];
      applyToFieldSpec(object, spec, (value, { key }) => {
        visited.push([...splitPath(spec.path).slice(0, -1), key].join('.'));
        return value;
      });
      expect(visited).toEqual(row['expected']);
    },
  );

  it.each(casesOf('kust-filter-fsslice'))('several: %s', (_, row) => {
    const [object = {}] = readAll(row['input']);
    const listed = (readAll(row['fsSlice'])[0] ?? []) as unknown as unknown[];
    applyToFieldSpecs(object, listed.map(specOf), setText('e'), { createKind: 'ScalarNode' });
    expect(object).toEqual(readAll(row['expected'])[0]);
  });
});
