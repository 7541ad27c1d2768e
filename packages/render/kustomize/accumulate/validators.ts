import { KustomizeError } from '../problem.ts';
import { idText, currentId } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { writeResource } from '../output.ts';
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
    const after = texts(into);
    for (const [id, text] of before) {
      if (after.get(id) === text && after.size === before.size) continue;
      throw new KustomizeError(`validator shouldn't modify the resource map: ${id}`);
    }
  }
}

function texts({ map }: Accumulator): Map<string, string> {
  return new Map(map.resources.map((resource) => [idText(currentId(resource)), textOf(resource)]));
}

function textOf({ object }: Resource): string {
  const labels = textEntries(object, 'labels');
  if (!(validatedBy in labels)) return writeResource(object);
  const { metadata } = object;
  const { [validatedBy]: _, ...others } = labels;
  return writeResource({ ...object, metadata: { ...(metadata as object), labels: others } });
}
