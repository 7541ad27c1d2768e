import { equalData, isRecord } from '@plumbline/base';
import type { KubeObject, ManagedFieldsEntry } from '@plumbline/api';
import { formatApiVersion, parseApiVersion } from '@plumbline/api';
import { schemaFor } from '@plumbline/api/schema';
import { formatSelector } from '../kinds/index.ts';
import { admitScale } from './admit.ts';
import type { Served } from './catalogue.ts';
import { read, timeText } from './core.ts';
import type { Core, WriteOptions } from './core.ts';
import { badRequest, conflict, invalid, internalError, modifiedText, notFound, wrongKind } from './errors.ts';
import { applyConflict, ofPatch, patchData } from './patch.ts';
import { StatusError } from './types.ts';
import type { PatchRequest } from './patch.ts';
import type { Draft } from './types.ts';
import { finishUpdate } from './write.ts';
import { shown } from './shown.ts';

/** autoscaling/v1 Scale, the view of an object that only counts replicas. */
interface Paths {
  readonly spec: readonly string[];
  readonly status: readonly string[];
  readonly selector: readonly string[] | undefined;
}

const builtInPaths: Paths = {
  spec: ['spec', 'replicas'],
  status: ['status', 'replicas'],
  selector: undefined,
};

function pathsOf(resource: Served): Paths {
  const scale = resource.compiled?.scale;
  if (scale === undefined) return builtInPaths;
  const split = (path: string): readonly string[] => path.split('.').filter((part) => part !== '');
  return {
    spec: split(scale.specReplicasPath),
    status: split(scale.statusReplicasPath),
    selector: scale.labelSelectorPath === undefined ? undefined : split(scale.labelSelectorPath),
  };
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((here, name) => (isRecord(here) ? here[name] : undefined), value);
}

function withValue(value: unknown, path: readonly string[], leaf: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return leaf;
  const record = isRecord(value) ? value : {};
  return { ...record, [name]: withValue(record[name], rest, leaf) };
}

function withoutValue(value: unknown, path: readonly string[]): unknown {
  const [name = '', ...rest] = path;
  if (!isRecord(value)) return value;
  if (rest.length > 0) return { ...value, [name]: withoutValue(value[name], rest) };
  const { [name]: _, ...others } = value;
  return others;
}

function selectorText(resource: Served, object: KubeObject, paths: Paths): string | undefined {
  if (resource.custom) {
    const text = paths.selector === undefined ? undefined : at(object, paths.selector);
    return typeof text === 'string' ? text : undefined;
  }
  const selector = at(object, ['spec', 'selector']);
  if (!isRecord(selector)) return undefined;
  // Replication controllers select by a plain map.
  return formatSelector(resource.group === '' ? { matchLabels: selector } : selector);
}

function scaleOf(resource: Served, object: KubeObject): KubeObject {
  const paths = pathsOf(resource);
  const selector = selectorText(resource, object, paths);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const wanted = at(object, paths.spec);
  const present = at(object, paths.status);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      uid: uid!,
      resourceVersion: resourceVersion!,
      creationTimestamp: creationTimestamp!,
    },
    spec: typeof wanted === 'number' && wanted !== 0 ? { replicas: wanted } : {},
    status: {
      replicas: typeof present === 'number' ? present : 0,
      ...(selector !== undefined && selector !== '' && { selector }),
    },
  };
}

/** GET scale. */
export function answerScale(core: Core, resource: Served, namespace: string, name: string): KubeObject {
  const object = read(core, resource, namespace, name);
  if (object === undefined) throw notFound(resource, name);
  if (resource.custom && at(object, pathsOf(resource).spec) === undefined) {
    throw internalError(
      `the spec replicas field ${JSON.stringify(resource.compiled?.scale?.specReplicasPath)} does not exist`,
    );
  }
  return scaleOf(resource, object);
}

/** PUT scale. */
export function updateScale(
  core: Core,
  resource: Served,
  namespace: string,
  name: string,
  body: unknown,
  options: WriteOptions,
): KubeObject {
  if (!isRecord(body)) throw badRequest('expected input object type to be Scale');
  if (body.kind !== undefined && body.kind !== 'Scale') {
    const { version } = parseApiVersion(shown(body.apiVersion));
    throw wrongKind({ group: 'autoscaling', kind: 'Scale' }, { version, kind: shown(body.kind) });
  }
  const metadata = isRecord(body.metadata) ? body.metadata : {};
  if (metadata.name !== undefined && metadata.name !== '' && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${shown(metadata.name)}) does not match the name on the URL (${name})`,
    );
  }
  const live = read(core, resource, namespace, name);
  if (live === undefined) throw notFound(resource, name);
  const version = metadata.resourceVersion;
  if (typeof version === 'string' && version !== '' && version !== live.metadata.resourceVersion)
    throw conflict(resource, name, modifiedText);
  return setReplicas(core, resource, live, at(body, ['spec', 'replicas']) ?? 0, options);
}

/** PATCH scale. */
export function patchScale(
  core: Core,
  resource: Served,
  namespace: string,
  name: string,
  request: PatchRequest,
  options: WriteOptions,
): KubeObject {
  const object = read(core, resource, namespace, name);
  if (object === undefined) throw notFound(resource, name);
  // Who writes need not find a count, who reads does.
  const scale = scaleOf(resource, object);
  if (request.type === 'apply') return applyScale(core, resource, namespace, name, request, options);
  const schema = schemaFor({ group: 'autoscaling', version: 'v1', kind: 'Scale' }) ?? {
    type: 'object' as const,
  };
  // To a patch the count is always there, even when it is 0.
  const replicas = at(scale, ['spec', 'replicas']) ?? 0;
  const managedFields = scaleManagers(resource, object);
  const metadata = { ...scale.metadata, ...(managedFields.length > 0 && { managedFields }) };
  const before = { ...scale, metadata, spec: { replicas } };
  const patched = patchData(core, { ...resource, schema }, before, request);
  try {
    return updateScale(core, resource, namespace, name, patched, options);
  } catch (thrown) {
    throw thrown instanceof StatusError
      ? ofPatch({ request, patched, live: before, typed: schema }, thrown)
      : thrown;
  }
}

/** Who owns the count of a custom object, as owners of its Scale; a patch of a Scale sees them. Built-in Scales have none. */
function scaleManagers(resource: Served, object: KubeObject): readonly ManagedFieldsEntry[] {
  if (!resource.custom) return [];
  const path = pathsOf(resource).spec.map((name) => `f:${name}`);
  return (object.metadata.managedFields ?? [])
    .filter((entry) => at(entry.fieldsV1, path) !== undefined)
    .map((entry) => ({
      ...entry,
      apiVersion: 'autoscaling/v1',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    }));
}

/** Server-side apply of a Scale owns `spec.replicas` and nothing else. */
function applyScale(
  core: Core,
  resource: Served,
  namespace: string,
  name: string,
  request: PatchRequest,
  options: WriteOptions,
): KubeObject {
  const live = read(core, resource, namespace, name)!;
  const paths = pathsOf(resource);
  const replicas = at(request.patch, ['spec', 'replicas']);
  const applied = {
    apiVersion: formatApiVersion(resource.group, resource.version),
    kind: resource.kind,
    metadata: { name, namespace },
    ...(replicas !== undefined && (withValue({}, paths.spec, replicas) as object)),
  };
  const result = core.doors.applyServerSide({
    // A Scale leaves a count of nought out, so to say nought changes it, and who owns the count objects.
    live: (at(live, paths.spec) === 0 ? withoutValue(live, paths.spec) : live) as Draft,
    applied,
    manager: options.manager,
    force: request.force,
    schema: resource.schema,
    apiVersion: applied.apiVersion,
    subresource: 'scale',
    time: timeText(core.clock.now()),
  });
  if (result.type === 'conflict') throw applyConflict(result);
  if (result.type === 'invalid') throw badRequest(result.message);
  const managers = (result.object.metadata as KubeObject['metadata']).managedFields ?? [];
  return scaleOf(resource, finishUpdate(core, resource, result.object, live, 'scale', options, managers));
}

function setReplicas(
  core: Core,
  resource: Served,
  live: KubeObject,
  replicas: unknown,
  options: WriteOptions,
): KubeObject {
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw badRequest(
      `Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`,
    );
  }
  if (replicas < 0 && resource.custom) {
    const field = resource.compiled?.scale?.specReplicasPath ?? '';
    throw invalid(resource.group, resource.kind, live.metadata.name, [
      {
        reason: 'FieldValueInvalid',
        field,
        message: `Invalid value: ${replicas}: should be a non-negative integer`,
      },
    ]);
  }
  if (replicas < 0) {
    throw invalid('autoscaling', 'Scale', live.metadata.name, [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.replicas',
        message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
      },
    ]);
  }
  const paths = pathsOf(resource);
  if (equalData(at(live, paths.spec), replicas)) return scaleOf(resource, live);
  const before = scaleOf(resource, live);
  const wanted = structuredClone({ ...before, spec: { replicas } }) as unknown as Draft;
  admitScale(core, resource, wanted, before, options);
  const draft = structuredClone(withValue(live, paths.spec, replicas)) as Draft;
  const managers = ownersOfCount(core, resource, live, draft, options);
  return scaleOf(resource, finishUpdate(core, resource, draft, live, 'scale', options, managers));
}

/**
 * A count that nobody owns is owned by nobody afterwards: its Scale is an object that has lost its managers. A Scale leaves
 * a count of nought out: who sets it owns nothing, and who owned what was there does not any more.
 */
function ownersOfCount(
  core: Core,
  resource: Served,
  live: KubeObject,
  draft: Draft,
  options: WriteOptions,
): readonly ManagedFieldsEntry[] {
  const path = pathsOf(resource).spec;
  const known = live.metadata.managedFields ?? [];
  const fields = path.map((name) => `f:${name}`);
  if (known.every((entry) => at(entry.fieldsV1, fields) === undefined)) return known;
  const asScale = (object: unknown): unknown =>
    at(object, path) === 0 ? withoutValue(object, path) : object;
  const [before, after] = [asScale(live), asScale(draft)];
  const owners = core.doors.updateManagers({
    before: before as Draft,
    after: after as Draft,
    manager: options.manager,
    schema: resource.schema,
    apiVersion: formatApiVersion(resource.group, resource.version),
    subresource: 'scale',
    time: timeText(core.clock.now()),
  });
  // Upstream takes the times from what was known before, so who scales for the first time has none.
  return owners.map((entry) => {
    if (entry.subresource !== 'scale') return entry;
    const { time: _, ...rest } = entry;
    const time = known.find((one) => isSameManager(one, entry))?.time;
    return time === undefined ? rest : { ...rest, time };
  });
}

function isSameManager(a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.apiVersion === b.apiVersion &&
    a.subresource === b.subresource
  );
}
