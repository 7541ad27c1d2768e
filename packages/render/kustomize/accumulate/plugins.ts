import { isRecord } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import type {
  GeneratorArgs,
  HelmChartArgs,
  HelmGlobals,
  ImageArgs,
  PatchArgs,
  ReplacementArgs,
  ReplicaArgs,
  FieldSpecArgs,
  SelectorArgs,
} from '../kustomization/types.ts';
import { checkChart, inflateChart } from '../generators/helm.ts';
import { generateIamPolicy } from '../generators/iam-policy.ts';
import type { IamPolicyArgs } from '../generators/iam-policy.ts';
import { generateMap } from '../generators/maps.ts';
import { decodeStruct, lenient } from '../kustomization/decode.ts';
import { pluginShapes } from '../kustomization/shapes.ts';
import { textOf } from '../load/loader.ts';
import { originOfPlugin } from '../metadata/origin.ts';
import { KustomizeError } from '../problem.ts';
import { gvkOf, gvkText, idText, originalId, scalarText } from '../resource.ts';
import type { JsonObject, Resource, ResourceOrigin } from '../resource.ts';
import { selectorOf } from '../selectors.ts';
import { entriesTransformer } from '../transformers/entries.ts';
import { hashTransformer } from '../transformers/hashes.ts';
import { imageTransformer } from '../transformers/images.ts';
import { affixTransformer } from '../transformers/names.ts';
import { namespaceTransformer, subjectModeOf } from '../transformers/namespace.ts';
import { json6902Transformer } from '../transformers/json-patches.ts';
import { patchTransformer, strategicMergeTransformer } from '../transformers/patches.ts';
import type { PlannedTransformer, StepOf, Transformer } from '../transformers/plugin.ts';
import { replacementTransformer } from '../transformers/replacements.ts';
import { replicaTransformer } from '../transformers/replicas.ts';
import { valueAddTransformer } from '../transformers/value-add.ts';
import type { FieldSpec } from '../types.ts';
import { fieldSpecOf } from './config.ts';
import type { Target } from './state.ts';
import { chartKit } from './steps.ts';

/** A generator that is ready to run. */
export interface PlannedGenerator {
  generate(): Promise<readonly Resource[]>;
  readonly origin: ResourceOrigin | undefined;
}

const generatorKinds = [
  'ConfigMapGenerator',
  'SecretGenerator',
  'IAMPolicyGenerator',
  'HelmChartInflationGenerator',
];

/** What the configuration objects of built-in plugins may say, all in one. */
interface PluginArgs
  extends
    Omit<GeneratorArgs, 'options'>,
    Omit<HelmChartArgs, 'name' | 'namespace'>,
    HelmGlobals,
    IamPolicyArgs {
  readonly options?: unknown;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly fieldSpecs?: readonly FieldSpecArgs[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly imageTag?: ImageArgs;
  readonly unsetOnly?: boolean;
  readonly setRoleBindingSubjects?: string;
  readonly target?: SelectorArgs;
  readonly path?: string;
  readonly jsonOp?: string;
  readonly patch?: string;
  readonly paths?: readonly string[];
  readonly patches?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly replica?: ReplicaArgs;
  readonly replacements?: readonly ReplacementArgs[];
  readonly value?: string;
  readonly targets?: readonly ValueTargetArgs[];
  readonly targetFilePath?: string;
}

interface ValueTargetArgs {
  readonly selector?: SelectorArgs;
  readonly fieldPath?: string;
  readonly filePathPosition?: number;
}

function argsOf(config: Resource): PluginArgs {
  const kind = scalarText(config.object['kind']);
  const shape = Object.hasOwn(pluginShapes, kind) ? pluginShapes[kind] : undefined;
  if (shape === undefined)
    throw new KustomizeError(`unable to load builtin ${gvkText(gvkOf(config.object))}`);
  return decodeStruct(config.object, shape, lenient) as PluginArgs;
}

/** Refuses plugins that are programs: nothing is executed here. */
function requireBuiltIn(config: Resource): void {
  const { group, version, kind } = gvkOf(config.object);
  if (group === '' && version === 'builtin') return;
  const isKsops = group === 'viaduct.ai' && kind === 'ksops';
  const hint = isKsops
    ? 'decrypting SOPS files in a kustomization is not built yet; decrypt them outside of it'
    : functionHint(config.object);
  throw new KustomizeError(`external plugins disabled; unable to load external plugin '${kind}'`, {
    code: isKsops ? 'ksops-unsupported' : 'plugin-unsupported',
    hint,
    where: config.written,
  });
}

function functionHint(object: JsonObject): string {
  const metadata = object['metadata'];
  const annotations = isRecord(metadata) ? metadata['annotations'] : undefined;
  const spec = isRecord(annotations) ? scalarText(annotations['config.kubernetes.io/function']) : '';
  if (/^\s*container\s*:/m.test(spec))
    return 'functions in containers are never run here; render their output into the repository';
  if (/^\s*exec\s*:/m.test(spec))
    return 'functions that are programs are never run here; render their output into the repository';
  return 'only built-in generators and transformers (apiVersion: builtin) run here';
}

async function configuring<T>(config: Resource, work: () => Promise<T>): Promise<T> {
  requireBuiltIn(config);
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    if (/^unable to load builtin|^plugin .* not a (?:generator|transformer)$/.test(thrown.message))
      throw thrown;
    throw thrown.prefixed(`plugin ${idText(originalId(config))} fails configuration`);
  }
}

/** The generators that configuration objects describe. */
export async function configureGenerators(
  target: Target,
  configs: readonly Resource[],
): Promise<PlannedGenerator[]> {
  const result: PlannedGenerator[] = [];
  for (const config of configs) {
    try {
      const generate = await configuring(config, async () => generatorOf(target, config, argsOf(config)));
      result.push({ generate, origin: originOfPlugin(config) });
    } catch (thrown) {
      throw thrown instanceof KustomizeError ? thrown.prefixed('failed to load generator') : thrown;
    }
  }
  return result;
}

async function generatorOf(
  target: Target,
  config: Resource,
  args: PluginArgs,
): Promise<PlannedGenerator['generate']> {
  const kind = scalarText(config.object['kind']);
  const { loader } = target;
  if (!generatorKinds.includes(kind))
    throw new KustomizeError(`plugin ${idText(originalId(config))} not a generator`);
  if (kind === 'IAMPolicyGenerator') return async () => [generateIamPolicy(args)];
  if (kind === 'HelmChartInflationGenerator') {
    const chart = args as HelmChartArgs & HelmGlobals;
    const kit = chartKit(target, undefined, 'HelmChartInflationGenerator');
    await checkChart(chart, kit);
    return () => inflateChart(chart, kit);
  }
  const { metadata = {}, ...rest } = args;
  const named = {
    ...rest,
    name: rest.name || metadata.name || '',
    namespace: rest.namespace || metadata.namespace || '',
  } as GeneratorArgs;
  return async () => [
    (await generateMap(kind === 'SecretGenerator' ? 'Secret' : 'ConfigMap', loader, named)).resource,
  ];
}

/** The transformers that configuration objects describe. */
export async function configurePlugins(
  target: Target,
  configs: readonly Resource[],
): Promise<PlannedTransformer[]> {
  const result: PlannedTransformer[] = [];
  for (const config of configs) {
    const origin = originOfPlugin(config);
    for (const transformer of await configuring(config, () => transformersOf(target, config, argsOf(config))))
      result.push({ transformer, origin });
  }
  return result;
}

async function transformersOf(target: Target, config: Resource, args: PluginArgs): Promise<Transformer[]> {
  const kind = scalarText(config.object['kind']);
  const { loader } = target;
  const step = pluginStep(target, config, 'transformer');
  const patchStep = pluginStep(target, config, 'patch');
  const steps = { stepOf: () => patchStep, operationStep: () => patchStep };
  const specs = (args.fieldSpecs ?? []).map(fieldSpecOf);
  switch (kind) {
    case 'AnnotationsTransformer':
      return [entriesTransformer(kind, args.annotations ?? {}, specs, step)];
    case 'LabelTransformer':
      return [entriesTransformer(kind, args.labels ?? {}, specs, step)];
    case 'ImageTagTransformer':
      return [imageTransformer(args.imageTag ?? {}, specs, step)];
    case 'NamespaceTransformer':
      return [
        namespaceTransformer(
          {
            namespace: args.metadata?.namespace ?? '',
            fieldSpecs: specs,
            unsetOnly: args.unsetOnly === true,
            subjects: subjectModeOf(args.setRoleBindingSubjects ?? ''),
          },
          step,
        ),
      ];
    case 'PrefixTransformer':
      return [affix('prefix', args, step)];
    case 'SuffixTransformer':
      return [affix('suffix', args, step)];
    case 'PrefixSuffixTransformer':
      return [affix('prefix', args, step), affix('suffix', args, step)];
    case 'PatchTransformer':
      return [await patchTransformer(loader, args as PatchArgs, () => JSON.stringify(args), steps)];
    case 'PatchJson6902Transformer':
      return [await json6902Transformer(loader, args, patchStep)];
    case 'PatchStrategicMergeTransformer':
      return [await strategicMergeTransformer(loader, args, steps)];
    case 'ReplicaCountTransformer':
      return [replicaTransformer(args.replica ?? {}, specs, step)];
    case 'ReplacementTransformer': {
      const replacementStep = pluginStep(target, config, 'replacement');
      return [await replacementTransformer(loader, args.replacements ?? [], () => replacementStep)];
    }
    case 'ValueAddTransformer':
      return [await valueAdd(target, args, step)];
    case 'HashTransformer':
      return [hashTransformer(step)];
    default:
      throw new KustomizeError(`plugin ${idText(originalId(config))} not a transformer`);
  }
}

function pluginStep(target: Target, config: Resource, act: 'transformer' | 'patch' | 'replacement'): StepOf {
  const detail = `${scalarText(config.object['kind'])}/${originalId(config).name}`;
  const { written } = config;
  const step =
    written === undefined || written.file === ''
      ? { act, file: target.read.file, detail }
      : { act, file: written.file, line: written.line, detail };
  return () => step;
}

function affix(side: 'prefix' | 'suffix', args: PluginArgs, step: StepOf): Transformer {
  if (args.fieldSpecs === undefined) throw new KustomizeError('fieldSpecs is not expected to be nil');
  const specs: FieldSpec[] = args.fieldSpecs.map(fieldSpecOf);
  return affixTransformer(side, (side === 'prefix' ? args.prefix : args.suffix) ?? '', specs, step);
}

async function valueAdd(target: Target, args: PluginArgs, step: StepOf): Promise<Transformer> {
  const value = (args.value ?? '').trim() || (target.loader.shownRoot.split('/').at(-1) ?? '');
  const targets: ValueTargetArgs[] = [...(args.targets ?? [])];
  if (args.targetFilePath) {
    const loaded = await target.loader.load(args.targetFilePath);
    const read = readYaml(textOf(loaded), { file: loaded.file, duplicateKeys: 'last' });
    if (!read.ok) throw new KustomizeError(read.error.message, { where: read.error.where });
    const shape = pluginShapes['ValueAddTransformer'];
    if (shape !== undefined) {
      const more = decodeStruct(read.value[0]?.value, shape, lenient) as PluginArgs;
      targets.push(...(more.targets ?? []));
    }
  }
  if (targets.length === 0) throw new KustomizeError('must specify at least one target');
  for (const { fieldPath = '', filePathPosition = 0 } of targets) {
    if (fieldPath === '') throw new KustomizeError('fieldPath cannot be empty');
    if (filePathPosition < 0)
      throw new KustomizeError(`value of FilePathPosition (${filePathPosition}) cannot be negative`);
  }
  return valueAddTransformer(
    value,
    targets.map(({ selector, fieldPath = '', filePathPosition = 0 }) => ({
      selector: selector === undefined ? undefined : selectorOf(selector),
      fieldPath,
      filePathPosition,
    })),
    step,
  );
}
