import { isStatusError } from '@plumbline/kube';
import type { LoadedChart } from '@plumbline/render';
import type { GoMap } from '@plumbline/languages';
import { prefixed, valueOf } from './errors.ts';
import { buildTargets, refOf } from './objects.ts';
import type { Target } from './objects.ts';
import type { Context } from './ports.ts';
import { waitReady } from './waiting.ts';

const establishedMs = 60_000;

/** What to do with the definitions of a chart that exist already. */
export type DefinitionPolicy = 'skip' | 'create' | 'create-or-replace';

/**
 * Creates the definitions of a chart and waits until they are served. Helm never changes one that exists; only
 * `create-or-replace`, which Flux has, does.
 */
export async function installDefinitions(
  context: Context,
  chart: LoadedChart,
  config: GoMap,
  policy: DefinitionPolicy,
): Promise<void> {
  if (policy === 'skip') return;
  const written: Target[] = [];
  for (const { path, text } of valueOf(context.renderer.definitions(chart, config))) {
    const file = path.slice(path.indexOf('crds/'));
    try {
      for (const target of await buildTargets(context, text))
        if (await write(context, target, policy)) written.push(target);
    } catch (thrown) {
      throw prefixed(`failed to install CRD ${file}`, thrown);
    }
  }
  if (written.length === 0) return;
  await waitReady(context, written, establishedMs, false);
  await Promise.all(written.map((target) => served(context, target)));
}

async function write(context: Context, target: Target, policy: DefinitionPolicy): Promise<boolean> {
  const { cluster, fieldManager } = context;
  try {
    await cluster.create(target.object, { fieldManager });
    return true;
  } catch (thrown) {
    if (!isStatusError(thrown, 409)) throw thrown;
  }
  if (policy === 'create') return false;
  const live = await cluster.get(refOf(target));
  const resourceVersion = live?.metadata.resourceVersion;
  const metadata = {
    ...target.object.metadata,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  await cluster.update({ ...target.object, metadata }, { fieldManager });
  return true;
}

const lagsMs = [0, 250, 500, 1_000, 2_000];

/** Discovery follows an established definition within a second or so. */
async function served(context: Context, { object }: Target): Promise<void> {
  const spec = object['spec'] as
    | { readonly group?: string; readonly names?: { readonly kind?: string } }
    | undefined;
  const group = spec?.group;
  const kind = spec?.names?.kind;
  if (group === undefined || kind === undefined) return;
  for (const lag of lagsMs) {
    if (lag > 0) await new Promise<void>((resolve) => context.clock.after(lag, resolve));
    if ((await context.cluster.resource({ group, kind })) !== undefined) return;
  }
}
