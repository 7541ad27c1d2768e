import { isRecord, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { KubeObject, Status } from '@plumbline/api';
import type { Access, Resource, Sandbox } from '@plumbline/localkube';
import { templateOf, withFailures } from './failures.ts';
import type { Failure } from './failures.ts';
import { nearest } from './nearest.ts';
import { standInFor } from './stand-ins.ts';
import type { Collected, Part } from './types.ts';

/** What became of a part when it was sent to the API. */
export interface Sent {
  readonly part: Part;
  readonly namespace: string;
  readonly name: string;
  /** Undefined: it is not in the cluster. */
  readonly resource?: Resource;
  readonly refused?: { readonly reason: string; readonly message: string };
  readonly skipped?: string;
}

export interface SenderOptions {
  readonly failures: readonly Failure[];
  /** Leave out what no definition serves, instead of having it refused. */
  readonly skipUnknown: boolean;
}

/** Sends one part after the other to the API. */
export interface Sender {
  (part: Part): Promise<Sent>;
  readonly used: ReadonlySet<Failure>;
}

/** Makes what a part takes for granted (its namespace, its storage class) when nothing here makes it, and says so. */
export function makeSender(
  sandbox: Sandbox,
  { namespaces, parts }: Collected,
  { failures, skipUnknown }: SenderOptions,
  notes: string[],
): Sender {
  const { access } = sandbox;
  const used = new Set<Failure>();
  const ownClasses = new Set(
    parts.flatMap(({ object }) => (object.kind === 'StorageClass' ? [object.metadata.name] : [])),
  );
  const ensureNamespace = (name: string, { apiVersion }: KubeObject): void => {
    if (name === '' || access.get('', 'Namespace', '', name) !== undefined) return;
    access.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, 'plumb');
    // Where Argo CD's own resources live there is an Argo CD.
    if (!namespaces.has(name) && !apiVersion.startsWith('argoproj.io/'))
      notes.push(`Namespace ${name} is made by nothing here and was created`);
  };
  const ensureClasses = (object: KubeObject): void => {
    for (const name of classesOf(object)) {
      if (ownClasses.has(name) || access.get('storage.k8s.io', 'StorageClass', '', name) !== undefined)
        continue;
      access.create(
        {
          apiVersion: 'storage.k8s.io/v1',
          kind: 'StorageClass',
          metadata: { name },
          provisioner: provisionerOf(access),
        },
        'plumb',
      );
      notes.push(`StorageClass ${name} is made by nothing here and was created`);
    }
  };
  const send = async (part: Part): Promise<Sent> => {
    const { metadata } = part.object;
    const resource = resourceOf(access, part.object);
    const name = metadata.name ?? '';
    if (resource === undefined) {
      const why = unknownKind(access, part.object);
      const namespace = metadata.namespace ?? '';
      return skipUnknown
        ? { part, namespace, name, skipped: why }
        : { part, namespace, name, refused: { reason: 'NotFound', message: why } };
    }
    const namespace = resource.namespaced ? metadata.namespace || part.namespace || 'default' : '';
    ensureNamespace(namespace, part.object);
    ensureClasses(part.object);
    const marked = withFailures(part.object, failures);
    for (const failure of marked.used) used.add(failure);
    const object = inNamespace(marked.object, namespace);
    const answer = await create(sandbox, resource, namespace, object);
    const written = isRecord(answer.body) ? recordAt(answer.body, 'metadata') : {};
    const made = typeof written['name'] === 'string' ? written['name'] : name;
    const base = { part, namespace, name: made };
    if (answer.status >= 300) {
      const { message = 'refused', reason = `${answer.status}` } = answer.body as Status;
      return { ...base, name, refused: { reason, message } };
    }
    standIn(access, object, namespace, notes);
    return { ...base, resource };
  };
  return Object.assign(send, { used });
}

function inNamespace(object: KubeObject, namespace: string): KubeObject {
  const { namespace: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: (namespace === '' ? metadata : { ...metadata, namespace }) as KubeObject['metadata'],
  };
}

/** The storage classes that an object asks for. */
function classesOf(object: KubeObject): readonly string[] {
  const spec = recordAt(object, 'spec');
  const claims =
    object.kind === 'PersistentVolumeClaim'
      ? [spec]
      : [
          ...recordsAt(spec, 'volumeClaimTemplates').map((claim) => recordAt(claim, 'spec')),
          ...recordsAt(recordAt(templateOf(object) ?? {}, 'spec'), 'volumes').map((volume) =>
            recordAt(recordAt(recordAt(volume, 'ephemeral'), 'volumeClaimTemplate'), 'spec'),
          ),
        ];
  // A claim that names its volume needs nobody to make one.
  return claims.flatMap((claim) =>
    textAt(claim, 'storageClassName') === '' || textAt(claim, 'volumeName') !== ''
      ? []
      : [textAt(claim, 'storageClassName')],
  );
}

function provisionerOf(access: Access): string {
  for (const one of access.list('storage.k8s.io', 'StorageClass')) return textAt(one, 'provisioner');
  return 'example.org/none';
}

function standIn(access: Access, object: KubeObject, namespace: string, notes: string[]): void {
  const found = standInFor(object);
  if (found === undefined) return;
  const { name } = found.object.metadata;
  if (access.get('', 'Secret', namespace, name) !== undefined) return;
  access.create({ ...found.object, metadata: { name, namespace } }, 'plumb');
  notes.push(found.why);
}

/** Created as `kubectl apply` creates it; what is written twice is applied over what was there. */
async function create(
  { transport }: Sandbox,
  resource: Resource,
  namespace: string,
  object: KubeObject,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const { group, version, plural } = resource;
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const path = `${base}${namespace === '' ? '' : `/namespaces/${namespace}`}/${plural}`;
  const query = 'fieldManager=plumb&fieldValidation=Strict';
  const made = await transport.request({ method: 'POST', path: `${path}?${query}`, body: object });
  if (made.status !== 409 || (made.body as Status).reason !== 'AlreadyExists') return made;
  return transport.request({
    method: 'PATCH',
    path: `${path}/${object.metadata.name}?${query}&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
}

function resourceOf(access: Access, { apiVersion, kind }: KubeObject): Resource | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  return access
    .resources()
    .find((one) => one.kind === kind && one.group === group && one.version === version);
}

function unknownKind(access: Access, { apiVersion, kind }: KubeObject): string {
  const all = access.resources();
  const versions = new Set(
    all.flatMap((one) =>
      one.kind === kind ? [one.group === '' ? one.version : `${one.group}/${one.version}`] : [],
    ),
  );
  const near = nearest(
    kind,
    all.filter((one) => versionOf(one) === apiVersion).map((one) => one.kind),
  );
  const hint =
    versions.size > 0
      ? `it is served as ${[...versions].join(', ')}`
      : near === undefined
        ? 'bring its definition with --with PATH, or leave such objects out with --skip-unknown'
        : `did you mean ${near}?`;
  return `no matches for kind "${kind}" in version "${apiVersion}" (${hint})`;
}

const versionOf = ({ group, version }: Resource): string => (group === '' ? version : `${group}/${version}`);
