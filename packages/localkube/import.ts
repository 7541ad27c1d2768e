import { isRecord, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { KubeObject, Transport } from '@plumbline/api';
import { builtInResources } from '@plumbline/api/schema';
import { conversionFor } from './registry/convert.ts';
import type { StoreState } from './store/index.ts';

export interface ImportOptions {
  /** `masked` (default): names and keys without values. `without`: Secrets are not even read. */
  readonly secrets?: 'masked' | 'without';
  /** Only objects of these namespaces, and all that belong to none. */
  readonly namespaces?: readonly string[];
  /** More objects than this are refused, so that nobody fills a laptop with a fleet. */
  readonly objectsMax?: number;
  readonly signal?: AbortSignal;
}

/** What another cluster held, for `initial` of a server or `from` of a sandbox. */
export interface Imported {
  readonly state: StoreState;
  readonly objects: number;
  /** What could not be read or is no part of a copy, with the reason. */
  readonly left: readonly { readonly what: string; readonly why: string }[];
}

const objectsMaxDefault = 200_000;
const pageSize = 500;
const masked = Buffer.from('masked').toString('base64');
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** What passes by itself, or is made anew by whoever runs the copy. */
const passing: ReadonlySet<string> = new Set(['/Event', 'events.k8s.io/Event', 'coordination.k8s.io/Lease']);

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
}

/**
 * Copies what a cluster holds by reading alone: lists in pages, kind by kind, so that each kind is consistent in itself.
 * What the reader may not list is left out and named.
 */
export async function importCluster(source: Transport, options: ImportOptions = {}): Promise<Imported> {
  const left: { what: string; why: string }[] = [];
  const served = await servedVersions(source, options);
  const objects: KubeObject[] = [];
  const read = async (kind: Kind): Promise<readonly KubeObject[]> => {
    const what = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
    if (passing.has(`${kind.group}/${kind.kind}`)) return [];
    if (kind.kind === 'Secret' && kind.group === '' && options.secrets === 'without') {
      left.push({ what, why: 'Secrets were not asked for' });
      return [];
    }
    const version = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    if (!served.has(version)) {
      if (kind.group === '' || served.has(kind.group)) left.push({ what, why: `${version} is not served` });
      return [];
    }
    const found = await listAll(source, kind, options, objects.length);
    if (typeof found !== 'string') return found;
    left.push({ what, why: found });
    return [];
  };
  for (const kind of builtInKinds()) objects.push(...(await read(kind)));
  const definitions = objects.filter((object) => object.kind === 'CustomResourceDefinition');
  for (const definition of definitions) {
    const kind = kindOf(definition);
    if (kind !== undefined) objects.push(...(await read(kind)));
  }
  const state = stateOf(objects.map((object) => withoutSecrets(object)));
  return { state, objects: objects.length, left };
}

/** Kinds that are stored, in the version in which they are kept here. */
function builtInKinds(): readonly Kind[] {
  return builtInResources().filter(({ group, version, kind, verbs }) => {
    const { storage } = conversionFor(group, version, kind);
    return verbs.includes('list') && storage.group === group && storage.version === version;
  });
}

/** The kind that a definition defines, in the version in which it is stored. */
function kindOf(definition: KubeObject): Kind | undefined {
  const spec = recordAt(definition, 'spec');
  const names = recordAt(spec, 'names');
  const stored = recordsAt(spec, 'versions').find((version) => version['storage'] === true);
  if (stored === undefined) return undefined;
  return {
    group: textAt(spec, 'group'),
    version: textAt(stored, 'name'),
    kind: textAt(names, 'kind'),
    plural: textAt(names, 'plural'),
  };
}

/** Groups and their versions: `apps`, `apps/v1`; the core group's versions by themselves. */
async function servedVersions(source: Transport, options: ImportOptions): Promise<ReadonlySet<string>> {
  const core = await get(source, '/api', options);
  const groups = await get(source, '/apis', options);
  for (const answer of [core, groups])
    if (answer.status !== 200) throw new Error(`the cluster cannot be read: ${messageOf(answer)}`);
  const versions = isRecord(core.body) ? core.body['versions'] : undefined;
  const served = new Set<string>(Array.isArray(versions) ? versions.map(String) : []);
  for (const group of recordsAt(groups.body, 'groups')) {
    served.add(textAt(group, 'name'));
    for (const version of recordsAt(group, 'versions')) served.add(textAt(version, 'groupVersion'));
  }
  return served;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function get(source: Transport, path: string, { signal }: ImportOptions): Promise<Answer> {
  return source.request({
    method: 'GET',
    path,
    headers: { accept: 'application/json' },
    ...(signal === undefined ? {} : { signal }),
  });
}

const messageOf = ({ status, body }: Answer): string =>
  (isRecord(body) && textAt(body, 'message')) || `status ${status}`;

/** All objects of a kind, page by page; a text says why they cannot be had. */
async function listAll(
  source: Transport,
  kind: Kind,
  options: ImportOptions,
  before: number,
): Promise<readonly KubeObject[] | string> {
  const { group, version, plural } = kind;
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const objectsMax = options.objectsMax ?? objectsMaxDefault;
  const objects: KubeObject[] = [];
  let token = '';
  let again = true;
  while (again) {
    const more = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
    const answer = await get(source, `${base}/${plural}?limit=${pageSize}${more}`, options);
    if (answer.status === 410 && token !== '') {
      // The pages took longer than the server remembers; what it has now is read from the beginning.
      objects.length = 0;
      token = '';
      continue;
    }
    if (answer.status !== 200) return messageOf(answer);
    for (const item of recordsAt(answer.body, 'items')) {
      const { apiVersion: _, kind: __, ...rest } = item;
      const object = {
        apiVersion: group === '' ? version : `${group}/${version}`,
        kind: kind.kind,
        ...rest,
      } as unknown as KubeObject;
      const { namespace } = object.metadata;
      const wanted = namespace === undefined || options.namespaces?.includes(namespace) !== false;
      if (wanted && isWanted(object, options)) objects.push(object);
    }
    if (before + objects.length > objectsMax)
      throw new Error(`the cluster holds more than ${objectsMax} objects: name the namespaces to import`);
    token = textAt(recordAt(answer.body, 'metadata'), 'continue');
    again = token !== '';
  }
  return objects;
}

function isWanted({ kind, apiVersion, metadata }: KubeObject, { namespaces }: ImportOptions): boolean {
  if (kind !== 'Namespace' || apiVersion !== 'v1' || namespaces === undefined) return true;
  return namespaces.includes(metadata.name);
}

/** A Secret with its keys alone. What was applied last holds its values, too, as do its managers their names alone. */
function withoutSecrets(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return object;
  const { [lastApplied]: _, ...annotations } = object.metadata.annotations ?? {};
  const { annotations: __, ...metadata } = object.metadata;
  const data = Object.fromEntries(Object.keys(recordAt(object, 'data')).map((key) => [key, masked]));
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(Object.keys(annotations).length > 0 && { annotations }),
    } as KubeObject['metadata'],
    ...(object['data'] !== undefined && { data }),
  };
}

/** Versions stay as they were where they are numbers that no two objects share; else all are numbered anew. */
function stateOf(objects: readonly KubeObject[]): StoreState {
  const versions = new Set(objects.map(({ metadata }) => Number(metadata.resourceVersion)));
  const usable =
    versions.size === objects.length && Array.from(versions).every((one) => Number.isSafeInteger(one));
  const kept = usable
    ? objects
    : objects.map((object, i) => ({
        ...object,
        metadata: { ...object.metadata, resourceVersion: String(i + 2) },
      }));
  let version = 1;
  for (const { metadata } of kept) version = Math.max(version, Number(metadata.resourceVersion));
  for (const object of kept) Object.freeze(object);
  return { version, objects: kept };
}
