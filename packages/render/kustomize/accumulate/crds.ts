import { isRecord } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import { jsonType } from '../kustomization/decode.ts';
import type { Loader } from '../load/loader.ts';
import { textOf } from '../load/loader.ts';
import { KustomizeError, goYamlText } from '../problem.ts';
import type { Place } from '../problem.ts';
import type { FieldSpec, NameBackReferences, TransformerConfig } from '../types.ts';
import { emptyConfig, mergeConfig, mergeSpecs } from './config.ts';

type Definitions = Readonly<Record<string, unknown>>;

/** A definition that refers to itself ends here; deeper ones are found nowhere. */
const depthMax = 50;

/**
 * What the OpenAPI definitions in the files of `crds` say by their `x-kubernetes-*` marks: which fields hold names of
 * resources, labels, annotations.
 */
export async function loadCrdConfig(loader: Loader, paths: readonly string[]): Promise<TransformerConfig> {
  let config = emptyConfig;
  for (const path of paths) {
    const loaded = await loader.load(path);
    const read = readYaml(textOf(loaded), { file: loaded.file, duplicateKeys: 'last' });
    if (!read.ok)
      throw notRead(path, `error converting YAML to JSON: ${goYamlText(read.error)}`, read.error.where);
    const definitions = read.value[0]?.value ?? {};
    if (!isRecord(definitions)) throw notDecoded(path, definitions, 'accumulator.nameToApiMap');
    for (const one of Object.values(definitions))
      if (one !== null && !isRecord(one)) throw notDecoded(path, one, 'accumulator.OpenAPIDefinition');
    for (const name of Object.keys(definitions).sort()) {
      if (looksLikeResource(propertiesOf(definitions, name)))
        config = mergeConfig(config, configOf(definitions, name));
    }
  }
  return config;
}

function notDecoded(path: string, value: unknown, type: string): KustomizeError {
  const why = `json: cannot unmarshal ${jsonType(value)} into Go value of type ${type}`;
  return notRead(path, `error unmarshaling JSON: while decoding JSON: ${why}`, { file: path });
}

function notRead(path: string, why: string, where: Place | undefined): KustomizeError {
  return new KustomizeError(`unable to parse open API definition from '${path}': ${why}`, { where });
}

function propertiesOf(definitions: Definitions, name: string): Definitions | undefined {
  const definition = definitions[name];
  const schema = isRecord(definition) ? (definition['Schema'] ?? definition['schema']) : undefined;
  const properties = isRecord(schema) ? schema['properties'] : undefined;
  return isRecord(properties) ? properties : undefined;
}

function looksLikeResource(properties: Definitions | undefined): boolean {
  return (
    properties !== undefined && 'kind' in properties && 'apiVersion' in properties && 'metadata' in properties
  );
}

interface Found {
  commonAnnotations: FieldSpec[];
  commonLabels: FieldSpec[];
  namePrefix: FieldSpec[];
  nameReference: NameBackReferences[];
}

function configOf(definitions: Definitions, name: string): TransformerConfig {
  const found: Found = { commonAnnotations: [], commonLabels: [], namePrefix: [], nameReference: [] };
  collect(definitions, name, name.split('.').at(-1) ?? name, [], found);
  return {
    ...emptyConfig,
    commonAnnotations: mergeSpecs([], found.commonAnnotations),
    commonLabels: mergeSpecs([], found.commonLabels),
    namePrefix: mergeSpecs([], found.namePrefix),
    nameReference: found.nameReference.reduce(
      (config, one) => mergeConfig(config, { ...emptyConfig, nameReference: [one] }),
      emptyConfig,
    ).nameReference,
  };
}

function collect(
  definitions: Definitions,
  name: string,
  kind: string,
  path: readonly string[],
  found: Found,
): void {
  if (path.length > depthMax) return;
  for (const [field, property] of Object.entries(propertiesOf(definitions, name) ?? {})) {
    if (!isRecord(property)) continue;
    const here = [...path, field];
    const spec = (at: readonly string[]): FieldSpec => ({
      group: '',
      version: '',
      kind,
      path: at.join('/'),
      create: false,
    });
    const mark = (suffix: string): string | undefined => {
      const value = property[`x-kubernetes-${suffix}`];
      return typeof value === 'string' ? value : undefined;
    };
    if (mark('annotation') !== undefined) found.commonAnnotations.push(spec(here));
    if (mark('label-selector') !== undefined) found.commonLabels.push(spec(here));
    if (mark('identity') !== undefined) found.namePrefix.push(spec(here));
    const version = mark('object-ref-api-version');
    const target = mark('object-ref-kind');
    if (version !== undefined && target !== undefined) {
      const key = mark('object-ref-name-key') ?? 'name';
      found.nameReference.push({ group: '', version, kind: target, fieldSpecs: [spec([...here, key])] });
    }
    const reference = property['$ref'];
    if (typeof reference === 'string') collect(definitions, reference, kind, here, found);
  }
}
