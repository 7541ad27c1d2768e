import { goJson } from '../generators/hash.ts';
import { withNotes } from '../metadata/origin.ts';
import { KustomizeError } from '../problem.ts';
import { idText, currentId } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { textEntries } from './metadata-merge.ts';
import { configurePlugins } from './plugins.ts';
import { contextOf } from './state.ts';
import type { Accumulator, Target } from './state.ts';

/** The one label that a validator may leave behind. */
const validatedBy = 'validated-by';

/** Runs the transformers under `validators`, which may not change anything. */
export async function runValidators(
  target: Target,
  into: Accumulator,
  configsOf: (paths: readonly string[]) => Promise<readonly Resource[]>,
): Promise<void> {
  const paths = target.read.kustomization.validators ?? [];
  if (paths.length === 0) return;
  const planned = await configurePlugins(target, await configsOf(paths));
  const context = contextOf(target.state);
  for (const { transformer } of planned) {
    const before = texts(into);
    await transformer.transform(into.map, context);
    refuseChange(before, texts(into));
  }
}

function refuseChange(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
  const refuse = (why: string) => new KustomizeError(`validator shouldn't modify the resource map: ${why}`);
  if (after.size !== before.size) throw refuse('lists have different number of entries');
  for (const [id, text] of before) {
    const now = after.get(id);
    if (now === undefined) throw refuse(`id in self missing from other; id: ${id}`);
    if (now !== text) throw refuse(`nodes unequal: \n -- ${text}\n -- ${now}\n`);
  }
}

function texts({ map }: Accumulator): Map<string, string> {
  return new Map(map.resources.map((resource) => [idText(currentId(resource)), textOf(resource)]));
}

function textOf(resource: Resource): string {
  const { object } = resource;
  const labels = textEntries(object, 'labels');
  if (!(validatedBy in labels)) return goJson(withNotes(resource));
  const { metadata } = object;
  const { [validatedBy]: _, ...others } = labels;
  return goJson(
    withNotes({ ...resource, object: { ...object, metadata: { ...(metadata as object), labels: others } } }),
  );
}
