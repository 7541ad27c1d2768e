import type { KubeObject } from '@plumbline/api';
import { HelmError, prefixed } from './errors.ts';
import { batchesOf, refOf, targetText } from './objects.ts';
import type { Target } from './objects.ts';
import type { Context } from './ports.ts';

const managedBy = ['app.kubernetes.io/managed-by', 'Helm'] as const;
const releaseName = 'meta.helm.sh/release-name';
const releaseNamespace = 'meta.helm.sh/release-namespace';

/** Marks objects as parts of a release. */
export function owned(targets: readonly Target[], name: string, namespace: string): readonly Target[] {
  return targets.map((target) => {
    const { metadata } = target.object;
    const marked: KubeObject = {
      ...target.object,
      metadata: {
        ...metadata,
        labels: { ...metadata.labels, [managedBy[0]]: managedBy[1] },
        annotations: { ...metadata.annotations, [releaseName]: name, [releaseNamespace]: namespace },
      },
    };
    return { ...target, object: marked };
  });
}

/** Who may take over objects that exist already. */
export interface OwnershipRule {
  readonly name: string;
  readonly namespace: string;
  /** Take everything, whoever it belongs to. */
  readonly take: boolean;
}

/** Those that exist already and may be taken over; anybody else's object refuses. */
export async function existingTargets(
  context: Context,
  targets: readonly Target[],
  rule: OwnershipRule,
): Promise<readonly Target[]> {
  const existing: Target[] = [];
  for (const batch of batchesOf(targets)) {
    const live = await Promise.all(batch.map((target) => liveOf(context, target)));
    for (const [i, target] of batch.entries()) {
      const object = live[i];
      if (object === undefined) continue;
      if (!rule.take) checkOwner(target, object, rule);
      existing.push(target);
    }
  }
  return existing;
}

async function liveOf(context: Context, target: Target): Promise<KubeObject | undefined> {
  if (target.name === '') {
    // A name that the server makes belongs to nobody yet.
    if (typeof target.object.metadata.generateName === 'string') return undefined;
    throw new HelmError('bad-manifest', 'resource name may not be empty');
  }
  try {
    return await context.cluster.get(refOf(target));
  } catch (thrown) {
    throw prefixed(`could not get information about the resource ${targetText(target)}`, thrown);
  }
}

function checkOwner(target: Target, live: KubeObject, rule: OwnershipRule): void {
  const { labels = {}, annotations = {} } = live.metadata;
  const wrong = [
    wrongValue('label', labels, ...managedBy),
    wrongValue('annotation', annotations, releaseName, rule.name),
    wrongValue('annotation', annotations, releaseNamespace, rule.namespace),
  ].filter((text) => text !== undefined);
  if (wrong.length === 0) return;
  throw new HelmError(
    'not-owned',
    `${targetText(target)} exists and cannot be imported into the current release: ` +
      `invalid ownership metadata; ${wrong.join('; ')}`,
  );
}

function wrongValue(
  what: string,
  present: Readonly<Record<string, string>>,
  key: string,
  wanted: string,
): string | undefined {
  const actual = present[key];
  if (actual === wanted) return undefined;
  const [k, w] = [JSON.stringify(key), JSON.stringify(wanted)];
  return actual === undefined
    ? `${what} validation error: missing key ${k}: must be set to ${w}`
    : `${what} validation error: key ${k} must equal ${w}: current value is ${JSON.stringify(actual)}`;
}
