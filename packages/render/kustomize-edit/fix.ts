import { isRecord } from '@plumbline/base';
import type { YamlEdit } from '@plumbline/languages';
import { listOf, Refusal } from './lists.ts';
import type { Fields } from './lists.ts';

/** Brings the old fields of a kustomization into the form of today, as `kustomize edit fix` does. */
export function fixEdits(kustomization: Fields, isFile: (path: string) => boolean): YamlEdit[] {
  return [
    ...headEdits(kustomization),
    ...movedList(kustomization, 'bases', 'resources'),
    ...movedList(kustomization, 'imageTags', 'images'),
    ...envEdits(kustomization, 'configMapGenerator'),
    ...envEdits(kustomization, 'secretGenerator'),
    ...oldChartEdits(kustomization),
    ...patchEdits(kustomization, isFile),
    ...labelEdits(kustomization),
  ];
}

function headEdits(kustomization: Fields): YamlEdit[] {
  const { apiVersion, kind = 'Kustomization' } = kustomization;
  const version = kind === 'Component' ? 'v1alpha1' : 'v1beta1';
  const edits: YamlEdit[] = [];
  if (kustomization['kind'] === undefined) edits.push({ type: 'prepend', name: 'kind', value: kind });
  if (apiVersion === undefined)
    edits.push({ type: 'prepend', name: 'apiVersion', value: `kustomize.config.k8s.io/${version}` });
  return edits;
}

/** A list under its new name: where that is free the field is renamed, else its items go behind those that are there. */
export function movedList(
  kustomization: Fields,
  from: string,
  to: string,
  isFree = !(to in kustomization),
): YamlEdit[] {
  if (!(from in kustomization)) return [];
  const items = listOf(kustomization, from);
  if (items.length === 0) return [{ type: 'remove', path: [from] }];
  if (isFree) return [{ type: 'rename', path: [from], name: to }];
  return [
    ...items.map((value): YamlEdit => ({ type: 'append', path: [to], value })),
    { type: 'remove', path: [from] },
  ];
}

function envEdits(kustomization: Fields, field: string): YamlEdit[] {
  return listOf(kustomization, field).flatMap((item, i): YamlEdit[] => {
    const env = isRecord(item) ? item['env'] : undefined;
    if (typeof env !== 'string') return [];
    if (env === '') return [{ type: 'remove', path: [field, i, 'env'] }];
    return [
      { type: 'append', path: [field, i, 'envs'], value: env },
      { type: 'remove', path: [field, i, 'env'] },
    ];
  });
}

/** The names of the old fields of charts, and what they are called now. */
const chartFields = [
  ['chartName', 'name'],
  ['chartVersion', 'version'],
  ['chartRepoUrl', 'repo'],
  ['releaseName', 'releaseName'],
  ['values', 'valuesFile'],
  ['valuesLocal', 'valuesInline'],
  ['valuesMerge', 'valuesMerge'],
] as const;

function oldChartEdits(kustomization: Fields): YamlEdit[] {
  const old = listOf(kustomization, 'helmChartInflationGenerator').filter(isRecord);
  if (old.length === 0) return [];
  const edits = old.map((chart): YamlEdit => {
    const said = chartFields.filter(([from]) => from in chart && chart[from] !== '');
    return {
      type: 'append',
      path: ['helmCharts'],
      value: Object.fromEntries(said.map(([from, to]) => [to, chart[from]])),
    };
  });
  const globals: Record<string, unknown> = {};
  for (const { chartHome, helmHome } of old) {
    if (typeof chartHome === 'string' && chartHome !== '') globals['chartHome'] = chartHome;
    if (typeof helmHome === 'string' && helmHome !== '') globals['configHome'] = helmHome;
  }
  if (Object.keys(globals).length > 0 && !('helmGlobals' in kustomization))
    edits.push({ type: 'set', path: ['helmGlobals'], value: globals });
  return [...edits, { type: 'remove', path: ['helmChartInflationGenerator'] }];
}

/** Both old lists of patches become `patches`: those of JSON first, then those to merge, by their file or written out. */
function patchEdits(kustomization: Fields, isFile: (path: string) => boolean): YamlEdit[] {
  const json = listOf(kustomization, 'patchesJson6902');
  const merged = listOf(kustomization, 'patchesStrategicMerge');
  const isFree = listOf(kustomization, 'patches').length === 0;
  const edits: YamlEdit[] =
    isFree && 'patches' in kustomization ? [{ type: 'remove', path: ['patches'] }] : [];
  edits.push(...movedList(kustomization, 'patchesJson6902', 'patches', isFree));
  const patches = merged.map(String).map((text) => (isFile(text) ? { path: text } : { patch: text }));
  const field = 'patchesStrategicMerge';
  if (merged.length === 0)
    return field in kustomization ? [...edits, { type: 'remove', path: [field] }] : edits;
  if (isFree && json.length === 0)
    return [
      ...edits,
      ...patches.map((value, i): YamlEdit => ({ type: 'set', path: [field, i], value })),
      { type: 'rename', path: [field], name: 'patches' },
    ];
  return [
    ...edits,
    ...patches.map((value): YamlEdit => ({ type: 'append', path: ['patches'], value })),
    { type: 'remove', path: [field] },
  ];
}

function labelEdits(kustomization: Fields): YamlEdit[] {
  const { commonLabels } = kustomization;
  if (commonLabels === undefined) return [];
  if (!isRecord(commonLabels) || Object.keys(commonLabels).length === 0)
    return [{ type: 'remove', path: ['commonLabels'] }];
  for (const label of listOf(kustomization, 'labels')) {
    const pairs = isRecord(label) && isRecord(label['pairs']) ? label['pairs'] : {};
    const twice = Object.keys(pairs).find((name) => name in commonLabels);
    if (twice !== undefined)
      throw new Refusal(`label name '${twice}' exists in both commonLabels and labels`);
  }
  return [
    { type: 'append', path: ['labels'], value: { includeSelectors: true, pairs: commonLabels } },
    { type: 'remove', path: ['commonLabels'] },
  ];
}
