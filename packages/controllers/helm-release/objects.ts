import type { KubeObject } from '@plumbline/api';
import { parseApiVersion } from '@plumbline/api';
import { isRecord } from '@plumbline/base';
import type { ApiResource, ObjectReference } from '@plumbline/kube';
import { manifestDocuments } from '@plumbline/render';
import { HelmError } from './errors.ts';
import type { Context } from './ports.ts';

/** An object of a manifest and how the server calls its kind. */
export interface Target {
  readonly object: KubeObject;
  readonly resource: ApiResource;
  /** '' for kinds without namespaces. */
  readonly namespace: string;
  readonly name: string;
}

/**
 * The objects of a manifest, in its order, with lists taken apart. Every problem is told at once, as Helm does it;
 * `checked` are manifests that have just been rendered.
 */
export async function buildTargets(
  context: Context,
  manifest: string,
  how: { readonly checked: boolean } = { checked: false },
): Promise<readonly Target[]> {
  const objects: Readonly<Record<string, unknown>>[] = [];
  const problems = new Set<string>();
  for (const { object, error } of manifestDocuments(manifest)) {
    if (error !== undefined) problems.add(`error parsing : ${error}`);
    else if (object !== undefined) objects.push(...flat(object));
  }
  const targets: Target[] = [];
  for (const object of objects) {
    const target = await targetOf(context, object, how.checked);
    if (typeof target === 'string') problems.add(target);
    else targets.push(target);
  }
  if (problems.size === 0) return targets;
  const [first = ''] = problems;
  throw new HelmError('bad-manifest', problems.size === 1 ? first : `[${[...problems].join(', ')}]`);
}

/** A list stands for its items. */
function flat(object: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  const { kind, items } = object;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [object];
  return items.filter(isRecord).flatMap(flat);
}

async function targetOf(
  context: Context,
  object: Readonly<Record<string, unknown>>,
  checked: boolean,
): Promise<Target | string> {
  const { kind, apiVersion } = object;
  const unset = [
    ...(typeof apiVersion !== 'string' || apiVersion === '' ? ['apiVersion not set'] : []),
    ...(typeof kind !== 'string' || kind === '' ? ['kind not set'] : []),
  ];
  if (checked && unset.length > 0) {
    const what = unset.length === 1 ? unset[0] : `[${unset.join(', ')}]`;
    return `error validating "": error validating data: ${what}`;
  }
  const shown = (): string => JSON.stringify(object);
  if (typeof kind !== 'string' || kind === '') return `Object 'Kind' is missing in '${shown()}'`;
  if (typeof apiVersion !== 'string' || apiVersion === '')
    return `Object 'apiVersion' is missing in '${shown()}'`;
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const name = typeof metadata['name'] === 'string' ? metadata['name'] : '';
  const said = typeof metadata['namespace'] === 'string' ? metadata['namespace'] : '';
  const resource = await context.cluster.resource({ ...parseApiVersion(apiVersion), kind });
  if (resource === undefined) {
    return (
      `resource mapping not found for name: "${name}" namespace: "${said}" from "": ` +
      `no matches for kind "${kind}" in version "${apiVersion}"\nensure CRDs are installed first`
    );
  }
  const namespace = resource.namespaced ? (said === '' ? context.namespace : said) : '';
  return {
    object: {
      ...object,
      apiVersion,
      kind,
      metadata: { ...metadata, name, ...(namespace === '' ? {} : { namespace }) },
    },
    resource,
    namespace,
    name,
  };
}

/** How the client names an object. */
export function refOf({ resource, namespace, name }: Target): ObjectReference {
  const { group, version, kind } = resource;
  return { group, version, kind, name, ...(namespace === '' ? {} : { namespace }) };
}

/** The same object, whatever its version. */
export function isSameObject(a: Target, b: Target): boolean {
  return (
    a.name === b.name &&
    a.namespace === b.namespace &&
    a.resource.kind === b.resource.kind &&
    a.resource.group === b.resource.group
  );
}

/** `Deployment "web" in namespace "shop"`. */
export function targetText({ resource, namespace, name }: Target): string {
  return `${resource.kind} "${name}" in namespace "${namespace}"`;
}

/** As Go prints a group, version and kind: `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`. */
export function gvkText({ resource }: Target): string {
  return `${resource.group}/${resource.version}, Kind=${resource.kind}`;
}

/** Objects of one kind in a row are written at the same time; the next kind waits for them. */
export function batchesOf(targets: readonly Target[]): readonly (readonly Target[])[] {
  const batches: Target[][] = [];
  let kind: string | undefined;
  for (const target of targets) {
    if (target.resource.kind !== kind) batches.push([]);
    kind = target.resource.kind;
    batches.at(-1)?.push(target);
  }
  return batches;
}
