import { readYaml } from '@plumbline/languages';
import { defaultConfig } from '../fields/index.ts';
import { decodeStruct, strictText } from '../kustomization/decode.ts';
import { configurationShape } from '../kustomization/shapes.ts';
import type { FieldSpecArgs } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import { textOf } from '../load/loader.ts';
import { KustomizeError, withPrefix, goYamlText } from '../problem.ts';
import { gvkSelected, gvkText } from '../resource.ts';
import type { Gvk } from '../resource.ts';
import { compareGvk } from '../sort.ts';
import type { FieldSpec, NameBackReferences, TransformerConfig } from '../types.ts';

/** Knows no field. */
export const emptyConfig: TransformerConfig = {
  namePrefix: [],
  nameSuffix: [],
  namespace: [],
  commonLabels: [],
  labels: [],
  templateLabels: [],
  volumeClaimTemplateLabels: [],
  commonAnnotations: [],
  nameReference: [],
  varReference: [],
  images: [],
  replicas: [],
};

/** A field spec with its absent parts empty. */
export function fieldSpecOf(args: FieldSpecArgs): FieldSpec {
  return {
    group: args.group ?? '',
    version: args.version ?? '',
    kind: args.kind ?? '',
    path: args.path ?? '',
    create: args.create ?? false,
  };
}

const parts: readonly (readonly [Exclude<keyof TransformerConfig, 'nameReference'>, string])[] = [
  ['namePrefix', 'NamePrefix'],
  ['nameSuffix', 'NameSuffix'],
  ['namespace', 'NameSpace'],
  ['commonAnnotations', 'CommonAnnotations'],
  ['commonLabels', 'CommonLabels'],
  ['labels', 'Labels'],
  ['templateLabels', 'TemplateLabels'],
  ['volumeClaimTemplateLabels', 'VolumeClaimTemplateLabels'],
  ['varReference', 'VarReference'],
  ['images', 'Images'],
  ['replicas', 'Replicas'],
];

/** A configuration as Go prints the struct that it is upstream. */
export function configText(config: TransformerConfig): string {
  const list = (specs: readonly FieldSpec[]): string => `[${specs.map(specText).join(' ')}]`;
  const references = config.nameReference.map(
    (one) => `${gvkText(one)}:  (\n${one.fieldSpecs.map(specText).join('\n')}\n)`,
  );
  const { namePrefix, nameSuffix, namespace, commonLabels, labels, templateLabels, commonAnnotations } =
    config;
  const before = [namePrefix, nameSuffix, namespace, commonLabels, labels, templateLabels, commonAnnotations];
  const after = [config.varReference, config.images, config.replicas];
  return `&{${[...before.map(list), `[${references.join(' ')}]`, ...after.map(list)].join(' ')}}`;
}

function specText(spec: FieldSpec): string {
  return `${gvkText(spec)}:${spec.create}:${spec.path}`;
}

/** The default configuration as a layer without configurations has it. */
export const defaultLayer = mergeParts(emptyConfig, defaultConfig);

/** Two configurations as one. What both know is known once; if they do not agree whether to create a field, that is an error. */
export function mergeConfig(first: TransformerConfig, second: TransformerConfig): TransformerConfig {
  // Most layers bring the default configuration again.
  if (first === second || second === emptyConfig) return first;
  if (second === defaultConfig || second === defaultLayer) {
    if (first === defaultLayer) return first;
    if (first === emptyConfig) return defaultLayer;
  }
  return mergeParts(first, second);
}

/** Every part of the second is added one by one, also to nothing: of two specs of which one says more, only the first stays. */
function mergeParts(first: TransformerConfig, second: TransformerConfig): TransformerConfig {
  const merged: Record<string, readonly FieldSpec[]> = {};
  for (const [field, title] of parts)
    merged[field] = withPrefix(
      () => `failed to merge ${title} fieldSpec`,
      () => sortedByGvk(mergeSpecs(first[field], second[field])),
    );
  const nameReference = withPrefix(
    () => 'failed to merge NameReference fieldSpec',
    () => sortedByGvk(mergeReferences(first.nameReference, second.nameReference)),
  );
  return { ...(merged as unknown as TransformerConfig), nameReference };
}

function sortedByGvk<T extends Gvk>(list: readonly T[]): readonly T[] {
  return list.toSorted(compareGvk);
}

/** Adds field specs to others; those that are there already are left out. */
export function mergeSpecs(first: readonly FieldSpec[], second: readonly FieldSpec[]): readonly FieldSpec[] {
  if (second.length === 0) return first;
  const result = [...first];
  const byPath = new Map<string, FieldSpec[]>();
  for (const spec of result) push(byPath, spec);
  for (const spec of second) {
    const known = byPath.get(spec.path)?.find((one) => gvkSelected(one, spec));
    if (known === undefined) {
      result.push(spec);
      push(byPath, spec);
    } else if (known.create !== spec.create) {
      throw new KustomizeError('conflicting fieldspecs');
    }
  }
  return result;
}

function push(byPath: Map<string, FieldSpec[]>, spec: FieldSpec): void {
  const bucket = byPath.get(spec.path);
  if (bucket === undefined) byPath.set(spec.path, [spec]);
  else bucket.push(spec);
}

function mergeReferences(
  first: readonly NameBackReferences[],
  second: readonly NameBackReferences[],
): readonly NameBackReferences[] {
  let result = first;
  for (const other of second) {
    const isSame = (one: NameBackReferences): boolean =>
      one.group === other.group && one.version === other.version && one.kind === other.kind;
    result = result.some(isSame)
      ? result.map((one) =>
          isSame(one) ? { ...one, fieldSpecs: mergeSpecs(one.fieldSpecs, other.fieldSpecs) } : one,
        )
      : [...result, other];
  }
  return result;
}

/** The files of `configurations`, merged. */
export async function loadConfigurations(
  loader: Loader,
  paths: readonly string[],
): Promise<TransformerConfig> {
  let result = emptyConfig;
  for (const path of paths) {
    const loaded = await loader.load(path);
    const read = readYaml(textOf(loaded), { file: loaded.file });
    if (!read.ok)
      throw new KustomizeError(`error converting YAML to JSON: ${goYamlText(read.error)}`, {
        where: read.error.where,
      });
    result = mergeConfig(result, configOf(read.value[0]?.value, loaded.file));
  }
  return result;
}

type ConfigArgs = Partial<
  Record<Exclude<keyof TransformerConfig, 'nameReference'>, readonly FieldSpecArgs[]>
> & {
  readonly nameReference?: readonly (Partial<Gvk> & { readonly fieldSpecs?: readonly FieldSpecArgs[] })[];
};

function configOf(value: unknown, file: string): TransformerConfig {
  let args: ConfigArgs;
  try {
    args = decodeStruct(value, configurationShape, strictText) as ConfigArgs;
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw new KustomizeError(`error unmarshaling JSON: while decoding JSON: ${thrown.message}`, {
      where: { file },
    });
  }
  const { nameReference = [], ...specs } = args;
  const config: Record<string, readonly FieldSpec[]> = {};
  for (const [field] of parts) config[field] = sortedByGvk((specs[field] ?? []).map(fieldSpecOf));
  return {
    ...(config as unknown as TransformerConfig),
    nameReference: sortedByGvk(
      nameReference.map((one) => ({
        group: one.group ?? '',
        version: one.version ?? '',
        kind: one.kind ?? '',
        fieldSpecs: (one.fieldSpecs ?? []).map(fieldSpecOf),
      })),
    ),
  };
}
