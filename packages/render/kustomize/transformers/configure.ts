import { writeYaml } from '@plumbline/languages';
import { mergeSpecs, fieldSpecOf } from '../accumulate/config.ts';
import type { Target } from '../accumulate/state.ts';
import { fieldStep, patchSteps } from '../accumulate/steps.ts';
import { configured, withoutEmpty, withPrefix } from '../problem.ts';
import { originOfField } from '../metadata/origin.ts';
import type { FieldSpec, TransformerConfig } from '../types.ts';
import type { LabelArgs } from '../kustomization/types.ts';
import { entriesTransformer } from './entries.ts';
import { imageTransformer } from './images.ts';
import { affixTransformer } from './names.ts';
import { namespaceTransformer } from './namespace.ts';
import { json6902Transformer } from './json-patches.ts';
import { patchTransformer, strategicMergeTransformer } from './patches.ts';
import type { PlannedTransformer, Transformer } from './plugin.ts';
import { replacementTransformer } from './replacements.ts';
import { replicaTransformer } from './replicas.ts';

/** The transformers that the fields of a kustomization ask for, in the order in which they always run. */
export async function configureTransformers(
  target: Target,
  config: TransformerConfig,
): Promise<PlannedTransformer[]> {
  const all = [
    ...(await patchTransformers(target)),
    ...nameTransformers(target, config),
    ...labelTransformers(target, config),
    ...annotationTransformers(target, config),
    ...(await oldJsonPatches(target)),
    ...countAndImageTransformers(target, config),
    ...(await replacements(target)),
  ];
  const { origin, read } = target;
  return all.map((transformer) => ({
    transformer,
    origin: origin === undefined ? undefined : originOfField(origin, read.fileName, transformer.kind),
  }));
}

async function patchTransformers(target: Target): Promise<Transformer[]> {
  const { kustomization } = target.read;
  const result: Transformer[] = [];
  const paths = kustomization.patchesStrategicMerge ?? [];
  if (paths.length > 0) {
    const steps = patchSteps(target, '/patchesStrategicMerge', 'patchesStrategicMerge');
    result.push(
      await configured('PatchStrategicMergeTransformer', { paths }, () =>
        strategicMergeTransformer(target.loader, { paths }, steps),
      ),
    );
  }
  for (const [i, args] of (kustomization.patches ?? []).entries()) {
    const steps = patchSteps(target, `/patches/${i}`, `patches[${i}]`);
    result.push(
      await configured('PatchTransformer', args, () =>
        patchTransformer(target.loader, args, () => writeYaml(withoutEmpty(args)), steps),
      ),
    );
  }
  return result;
}

function nameTransformers(target: Target, config: TransformerConfig): Transformer[] {
  const { namespace = '', namePrefix = '', nameSuffix = '' } = target.read.kustomization;
  const step = (field: string) => fieldStep(target, 'transformer', `/${field}`, field);
  const result: Transformer[] = [];
  if (namespace !== '')
    result.push(
      namespaceTransformer(
        { namespace, fieldSpecs: config.namespace, unsetOnly: false, subjects: 'defaultOnly' },
        step('namespace'),
      ),
    );
  if (namePrefix !== '')
    result.push(affixTransformer('prefix', namePrefix, config.namePrefix, step('namePrefix')));
  if (nameSuffix !== '')
    result.push(affixTransformer('suffix', nameSuffix, config.nameSuffix, step('nameSuffix')));
  return result;
}

const metadataLabels: FieldSpec = { group: '', version: '', kind: '', path: 'metadata/labels', create: true };

function labelTransformers(target: Target, config: TransformerConfig): Transformer[] {
  const { labels = [], commonLabels = {} } = target.read.kustomization;
  if (labels.length === 0 && Object.keys(commonLabels).length === 0) return [];
  const step = (pointer: string, detail: string) => fieldStep(target, 'transformer', pointer, detail);
  return [
    ...labels.map((label, i) =>
      entriesTransformer(
        'LabelTransformer',
        label.pairs ?? {},
        withPrefix(
          () => 'failed to merge labels',
          () => labelSpecs(label, config),
        ),
        step(`/labels/${i}`, `labels[${i}]`),
      ),
    ),
    entriesTransformer(
      'LabelTransformer',
      commonLabels,
      config.commonLabels,
      step('/commonLabels', 'commonLabels'),
    ),
  ];
}

/** The fields of one entry of `labels`: its own, those for selectors or for templates, else only the metadata. */
function labelSpecs(label: LabelArgs, config: TransformerConfig): readonly FieldSpec[] {
  const own = mergeSpecs((label.fields ?? []).map(fieldSpecOf), config.labels);
  if (label.includeSelectors === true) return mergeSpecs(own, config.commonLabels);
  let specs = own;
  if (label.includeTemplates === true)
    specs = withPrefix(
      () => 'failed to merge template fieldSpec',
      () => mergeSpecs(specs, config.templateLabels),
    );
  // 5.8 counts them among the templates; newer ones have a field of its own, which decides where it is given.
  if (label.includeVolumeClaimTemplates ?? label.includeTemplates === true)
    specs = withPrefix(
      () => 'failed to merge volumeClaimTemplate fieldSpec',
      () => mergeSpecs(specs, config.volumeClaimTemplateLabels),
    );
  return mergeSpecs(specs, [metadataLabels]);
}

function annotationTransformers(target: Target, config: TransformerConfig): Transformer[] {
  const { commonAnnotations = {} } = target.read.kustomization;
  if (Object.keys(commonAnnotations).length === 0) return [];
  const step = fieldStep(target, 'transformer', '/commonAnnotations', 'commonAnnotations');
  return [entriesTransformer('AnnotationsTransformer', commonAnnotations, config.commonAnnotations, step)];
}

async function oldJsonPatches(target: Target): Promise<Transformer[]> {
  const result: Transformer[] = [];
  for (const [i, patch] of (target.read.kustomization.patchesJson6902 ?? []).entries()) {
    const args = {
      ...(patch.target === undefined ? {} : { target: patch.target }),
      ...(patch.path === undefined ? {} : { path: patch.path }),
      ...(patch.patch === undefined ? {} : { jsonOp: patch.patch }),
    };
    const step = fieldStep(target, 'patch', `/patchesJson6902/${i}`, `patchesJson6902[${i}]`);
    result.push(
      await configured('PatchJson6902Transformer', args, () =>
        json6902Transformer(target.loader, args, step),
      ),
    );
  }
  return result;
}

function countAndImageTransformers(target: Target, config: TransformerConfig): Transformer[] {
  const { replicas = [], images = [] } = target.read.kustomization;
  const step = (field: string, i: number) =>
    fieldStep(target, 'transformer', `/${field}/${i}`, `${field}[${i}]`);
  return [
    ...replicas.map((replica, i) => replicaTransformer(replica, config.replicas, step('replicas', i))),
    ...images.map((image, i) => imageTransformer(image, config.images, step('images', i))),
  ];
}

async function replacements(target: Target): Promise<Transformer[]> {
  const entries = target.read.kustomization.replacements ?? [];
  if (entries.length === 0) return [];
  return [
    await configured('ReplacementTransformer', { replacements: entries }, () =>
      replacementTransformer(target.loader, entries, (i, file, from) => {
        const detail = `replacements[${i}]${from}`;
        if (file === undefined) return fieldStep(target, 'replacement', `/replacements/${i}`, detail);
        return () => ({ act: 'replacement', file, detail });
      }),
    ),
  ];
}
