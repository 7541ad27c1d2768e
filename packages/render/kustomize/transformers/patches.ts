import { loadResources, parseResources } from '../accumulate/resource-file.ts';
import { isEmptyObject } from '../accumulate/resource-map.ts';
import type { ResourceMap } from '../accumulate/resource-map.ts';
import { setEntries, setName, setNamespace, textEntries } from '../accumulate/metadata-merge.ts';
import { compileSelector } from '../fields/index.ts';
import type { PatchArgs } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import { textOf } from '../load/loader.ts';
import { strategicMerge } from '../merge/index.ts';
import { KustomizeError } from '../problem.ts';
import { idText, nameOf, namespaceOf, originalId, sameId, storePreviousId, currentId } from '../resource.ts';
import type { JsonObject, Resource, ResId } from '../resource.ts';
import { selectorOf, selectorText } from '../selectors.ts';
import { applyOperations, jsonPatchOf } from './json-patches.ts';
import { settleLinks } from './links.ts';
import { acting } from './plugin.ts';
import type { StepOf, TransformContext, Transformer } from './plugin.ts';

/** A strategic merge patch: what is like a resource, and what it may change besides fields. */
interface StrategicPatch {
  readonly resource: Resource;
  readonly allowNameChange: boolean;
  readonly allowKindChange: boolean;
}

/** Tells of each patch where its fields were written. */
export interface PatchSteps {
  /** For patches of either kind: the entry of the kustomization, or the file of the patch. */
  stepOf(patch: Resource | undefined): StepOf;
  /** For JSON patches: the operation that changed a field last. */
  operationStep(operations: readonly JsonObject[]): StepOf;
}

/** An entry of `patches`: of which kind it is, its text decides. */
export async function patchTransformer(
  loader: Loader,
  args: PatchArgs,
  configText: () => string,
  steps: PatchSteps,
): Promise<Transformer> {
  const patch = (args.patch ?? '').trim();
  const { path = '' } = args;
  if (patch === '' && path === '')
    throw new KustomizeError(`must specify one of patch and path in\n${configText()}`);
  if (patch !== '' && path !== '')
    throw new KustomizeError(`patch and path can't be set at the same time\n${configText()}`);
  const loaded = path === '' ? { text: patch, file: '' } : await loadPatchFile(loader, path);
  const source = path === '' ? `[patch: ${JSON.stringify(patch)}]` : `[path: ${JSON.stringify(path)}]`;
  // Only a patch that finds its target by its own name deletes annotations by null; upstream writes the others' anew, as text,
  // and those of patches that it notes options on.
  const { allowNameChange = false, allowKindChange = false } = args.options ?? {};
  const isAsWritten = args.target === undefined && !allowNameChange && !allowKindChange;
  const as = isAsWritten ? 'patches' : 'resources';
  const strategic = attempt(() => parseResources(loaded.text, loaded.file, as));
  const operations = attempt(() => jsonPatchOf(loaded.text));
  if ((strategic.value?.length ?? 0) > 0 && (operations.value?.length ?? 0) > 0)
    throw new KustomizeError(`illegally qualifies as both an SM and JSON patch: ${source}`);
  if (strategic.value === undefined && operations.value === undefined)
    throw new KustomizeError(`unable to parse SM or JSON patch from ${source}`, {
      where: strategic.error?.where ?? (loaded.file === '' ? undefined : { file: loaded.file }),
      hint: strategic.error?.message,
    });
  const target = args.target === undefined ? undefined : selectorOf(args.target);
  const base = { kind: 'PatchTransformer', step: steps.stepOf(undefined), act: 'patch' } as const;
  if (strategic.value === undefined) {
    const patchOperations = operations.value ?? [];
    return {
      ...base,
      transform(map, context) {
        if (patchOperations.length === 0) return;
        if (target === undefined) throw new KustomizeError(`must specify a target for JSON patch ${source}`);
        const selector = compileSelector(target);
        for (const resource of map.resources.filter((one) => selector.matches(one))) {
          storePreviousId(resource);
          applyOperations(resource, patchOperations, context, steps.operationStep(patchOperations));
        }
        map.changed();
      },
    };
  }
  const patches = strategic.value.map((resource): StrategicPatch => ({
    resource,
    allowNameChange,
    allowKindChange,
  }));
  return {
    ...base,
    transform(map, context) {
      const [first] = patches;
      if (first === undefined) return;
      if (target === undefined) return patchById(map, patches, context, steps);
      if (patches.length > 1)
        throw new KustomizeError(
          'Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field: ' +
            source,
        );
      const selector = withTargetWords(selectorText(target), () => compileSelector(target));
      const selected = new Set(
        map.resources.filter((one) => withTargetWords(selectorText(target), () => selector.matches(one))),
      );
      patchSelected(map, selected, first, context, steps);
    },
  };
}

function withTargetWords<T>(target: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed(`unable to find patch target "${target}" in \`resources\``);
  }
}

async function loadPatchFile(
  loader: Loader,
  path: string,
): Promise<{ readonly text: string; readonly file: string }> {
  try {
    const loaded = await loader.load(path);
    return { text: textOf(loaded), file: loaded.file };
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed(`failed to get the patch file from path(${path})`);
  }
}

function attempt<T>(work: () => T): { readonly value?: T; readonly error?: KustomizeError } {
  try {
    return { value: work() };
  } catch (thrown) {
    if (thrown instanceof KustomizeError) return { error: thrown };
    throw thrown;
  }
}

/** `patchesStrategicMerge`: each entry is a patch, or the path of a file with patches. */
export async function strategicMergeTransformer(
  loader: Loader,
  args: { readonly paths?: readonly string[]; readonly patches?: string },
  steps: PatchSteps,
): Promise<Transformer> {
  const { paths = [], patches = '' } = args;
  if (paths.length === 0 && patches === '')
    throw new KustomizeError('empty file path and empty patch content');
  const loaded: Resource[] = [];
  for (const path of paths) {
    // A text without a mapping in it can only be a path.
    const inline = /[:{\n]/.test(path) ? attempt(() => parseResources(path, '')).value : undefined;
    loaded.push(...(inline ?? (await loadResources(loader, path))));
  }
  if (patches !== '') loaded.push(...parseResources(patches, ''));
  if (loaded.length === 0)
    throw new KustomizeError(`patch appears to be empty; files=[${paths.join(' ')}], Patch=${patches}`);
  return {
    kind: 'PatchStrategicMergeTransformer',
    step: steps.stepOf(undefined),
    act: 'patch',
    transform(map, context) {
      for (const resource of loaded) {
        const target = findTarget(map, resource);
        const patch = { resource, allowNameChange: false, allowKindChange: false };
        patchSelected(map, new Set([target]), patch, context, steps);
      }
    },
  };
}

/** The one resource that has, or had, the id of a patch. */
function findTarget(map: ResourceMap, patch: Resource): Resource {
  const id = originalId(patch);
  const matches = map.byAnyId(id);
  const [target] = matches;
  if (target !== undefined && matches.length === 1) return target;
  const problem = matches.length > 1 ? 'multiple matches for' : 'no matches for';
  throw new KustomizeError(
    `${problem} Id ${idText(id)}; failed to find unique target for patch ${idText(id)}`,
    { code: 'patch-unmatched', where: patch.written?.file === '' ? undefined : patch.written },
  );
}

function patchById(
  map: ResourceMap,
  patches: readonly StrategicPatch[],
  context: TransformContext,
  steps: PatchSteps,
): void {
  for (const patch of patches) {
    let target: Resource;
    try {
      target = findTarget(map, patch.resource);
    } catch (thrown) {
      if (!(thrown instanceof KustomizeError)) throw thrown;
      throw thrown.prefixed(
        `no resource matches strategic merge patch "${idText(originalId(patch.resource))}"`,
      );
    }
    applyPatch(target, patch.resource.object, patch, context, steps);
    if (patch.allowKindChange || patch.allowNameChange) map.changed();
  }
}

/** Applies a patch to several resources. What becomes empty goes away; two resources of one id are an error. */
function patchSelected(
  map: ResourceMap,
  selected: ReadonlySet<Resource>,
  patch: StrategicPatch,
  context: TransformContext,
  steps: PatchSteps,
): void {
  // Upstream selects by current ids, so what shares the id of a selected resource is patched as well.
  const ids = [...selected].map(currentId);
  for (const target of map.resources) {
    if (!selected.has(target) && !ids.some((id) => isExactly(id, currentId(target)))) continue;
    applyPatch(target, adapted(patch.resource.object, target.object), patch, context, steps);
  }
  if (selected.size === 0) return;
  const kept = map.resources.filter((one) => !isEmptyObject(one.object));
  if (kept.length === map.resources.length && !patch.allowKindChange && !patch.allowNameChange) return;
  map.replaceAll([]);
  map.appendAll(kept);
}

function isExactly(a: ResId, b: ResId): boolean {
  return a.name === b.name && a.namespace === b.namespace && sameId(a, b);
}

/** A patch for many gets the version of its target; its labels and annotations become text, as upstream's copy does it. */
function adapted(patch: JsonObject, target: JsonObject): JsonObject {
  const copy = structuredClone(patch);
  setEntries(copy, 'labels', textEntries(patch, 'labels'));
  setEntries(copy, 'annotations', textEntries(patch, 'annotations'));
  setName(copy, nameOf(patch));
  setNamespace(copy, namespaceOf(patch));
  if (target['apiVersion'] !== undefined) copy['apiVersion'] = target['apiVersion'];
  return copy;
}

function applyPatch(
  target: Resource,
  patch: JsonObject,
  options: StrategicPatch,
  context: TransformContext,
  steps: PatchSteps,
): void {
  const name = nameOf(target.object);
  const namespace = namespaceOf(target.object);
  const { kind } = target.object;
  const source = options.resource;
  if (options.allowNameChange || options.allowKindChange) storePreviousId(target);
  acting(context, target, steps.stepOf(options.resource), () => {
    // A patch that replaces the whole makes something new, which upstream then forgets to take.
    const isForgotten = patch['$patch'] === 'replace';
    const merged = isForgotten
      ? target.object
      : strategicMerge(target.object, patch, {
          openapi: context.openapi,
          ...(target.isSilentNull === undefined ? {} : { isSilentNull: target.isSilentNull }),
          ...(target.styles === undefined ? {} : { styles: target.styles }),
          ...(target.untyped === undefined ? {} : { untyped: target.untyped }),
          ...(source.styles === undefined
            ? {}
            : { patchStyles: { original: source.object, styles: source.styles } }),
        });
    if (merged === undefined) {
      target.object = {};
      return;
    }
    if (!options.allowKindChange) merged['kind'] = kind;
    if (!options.allowNameChange) setName(merged, name);
    setNamespace(merged, namespace);
    target.object = merged;
    settleLinks(target);
  });
}
