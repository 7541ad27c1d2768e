import { equalData } from '@plumbline/base';
import type { KubeObject, ManagedFieldsEntry } from '@plumbline/api';
import { formatApiVersion } from '@plumbline/api';
import { admitChange, admitResult } from './admit.ts';
import type { Served } from './catalogue.ts';
import { internalWrite, read, tableOf, timeText, writeContext } from './core.ts';
import type { Core, WriteOptions, WriteResult } from './core.ts';
import { decodeBody, noteStored } from './decode.ts';
import { checkDefinition, definitionWarnings } from './definitions.ts';
import { alreadyExists, conflict, failure, forbidden, invalid, modifiedText, notFound } from './errors.ts';
import { checkName, checkVersionText, placeInNamespace, unnamed } from './place.ts';
import { keepToSubresource } from './subresource-fields.ts';
import {
  deletionMoved,
  specChanged,
  validateMetadata,
  validateMetadataLate,
  validateMetadataUpdate,
  withoutSameOwners,
} from './metadata.ts';
import { generateName } from './names.ts';
import type { Draft, FieldError, WriteContext } from './types.ts';
import type { Table } from '../store/index.ts';
import { asStored, decodeTyped, holdsEmpty } from '../schema/index.ts';
import { shown } from './shown.ts';
import { storageErrorText } from './storage-error.ts';
import { isUnclean, noteUnclean } from './stored-form.ts';
import { sameObject, shareEqual } from './unchanged.ts';
import { asObject } from './wire-order.ts';

/** Upstream tries generated names this often. */
const generateNameTries = 8;

/** POST. */
export function create(
  core: Core,
  resource: Served,
  namespace: string,
  body: unknown,
  options: WriteOptions,
): WriteResult {
  const draft = decodeBody(core, resource, body, options);
  placeInNamespace(resource, draft, namespace);
  return { object: finishCreate(core, resource, draft, options, undefined), created: true };
}

/** PUT, on the object or on a subresource that shares its shape (`status`, `finalize`, `approval`...). */
export function update(
  core: Core,
  resource: Served,
  namespace: string,
  name: string,
  body: unknown,
  subresource: string,
  options: WriteOptions,
): WriteResult {
  const live = read(core, resource, namespace, name);
  const draft = decodeBody(core, resource, body, options, live);
  if (draft.metadata.name === '') throw unnamed(name);
  checkName(draft, name);
  placeInNamespace(resource, draft, namespace);
  if (live !== undefined) {
    checkVersionText(draft);
    if (draft.metadata.resourceVersion === undefined && resource.unconditionalUpdate === false)
      throw missingVersion(resource, name);
    return {
      object: finishUpdate(core, resource, draft, live, subresource, options, undefined),
      created: false,
    };
  }
  if (subresource !== '' || resource.createOnUpdate !== true) throw notFound(resource, name);
  return { object: finishCreate(core, resource, draft, options, undefined), created: true };
}

function missingVersion(resource: Served, name: string): Error {
  // Upstream's store names the resource here, where all else names the kind.
  return invalid(resource.group, resource.plural, name, [
    {
      reason: 'FieldValueInvalid',
      field: 'metadata.resourceVersion',
      message: 'Invalid value: 0: must be specified for an update',
    },
  ]);
}

/** New content needs a namespace that is there and stays. */
export function checkNamespace(core: Core, resource: Served, namespace: string, name: string): void {
  if (!resource.namespaced) return;
  const found = core.store.table('', 'Namespace').get('', namespace);
  if (found === undefined) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  throw forbidden(
    resource,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  );
}

/**
 * Makes an object of a decoded draft. `managers`: what server-side apply has worked out; without it the write counts
 * as an ordinary one of `options.manager`.
 */
export function finishCreate(
  core: Core,
  resource: Served,
  draft: Draft,
  options: WriteOptions,
  managers: readonly ManagedFieldsEntry[] | undefined,
): KubeObject {
  const kept = storedShape(core, resource);
  if (kept !== resource) {
    return resource.fromStorage(
      finishCreate(
        core,
        kept,
        inStoredShape(core, resource, kept, draft),
        { ...options, through: resource },
        managers,
      ),
    );
  }
  const { metadata } = draft;
  const version = metadata['resourceVersion'];
  checkNamespace(core, resource, metadata.namespace ?? '', metadata.name);
  withoutSameOwners(metadata, (text) => options.warn(text), options.patched === true);
  const now = core.clock.now();
  const context = writeContext(core, options.dryRun, options.through?.group);
  for (const field of [
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
    'creationTimestamp',
    'uid',
    'resourceVersion',
  ])
    // Taking away what is not there costs as much as taking away what is.
    if (field in metadata) delete metadata[field];
  if (resource.status === true && resource.statusOnCreate !== true) resetStatus(resource, draft);
  if (managers === undefined) dropEmptyManagers(draft);
  resource.default?.(draft, context);
  resource.compiled?.default(draft, options.applied === true);
  admitChange(core, resource, draft, undefined, '', options);
  const owned = managers ?? ownedAfter(core, resource, undefined, draft, '', options);
  metadata.uid = core.random.uuid();
  metadata.creationTimestamp = timeText(now);
  if (resource.generation === true) metadata.generation = 1;
  setManagers(draft, owned);
  const table = tableOf(core, resource);
  // Before the kind's own preparation, which may write the name elsewhere.
  giveName(core, table, draft);
  resource.prepareForCreate?.(draft, context);
  validate(core, resource, draft, context, { derived: options.derived === true });
  warnOf(core, resource, draft, undefined, options);
  admitResult(core, resource, draft, undefined, '', options);
  const taken = table.get(metadata.namespace ?? '', metadata.name);
  if (taken !== undefined)
    throw alreadyExists(
      options.through ?? resource,
      metadata.name,
      taken.metadata.deletionTimestamp !== undefined,
    );
  // Upstream's store looks at a version as a number; what is none counts as nothing said.
  if (!options.dryRun && typeof version === 'string' && /^0*[1-9]\d*$/.test(version))
    throw failure(500, undefined, 'resourceVersion should not be set on objects to be created');
  // The store writes the version, into the place that Go gives it.
  if (!options.dryRun) metadata.resourceVersion = '';
  else if (version !== undefined) metadata.resourceVersion = version;
  if (resource.typed !== undefined) asStored(resource.typed, draft);
  const object = asObject(draft, undefined);
  if (options.dryRun) return object;
  const stored = resource.fromStorage(table.put(resource.toStorage(object)));
  noteStored(resource, stored);
  if (options.unclean === true) noteUnclean(core, resource, stored);
  return stored;
}

/** A generated name that nobody has, if one is found in the tries that upstream makes. */
function giveName(core: Core, table: Table, draft: Draft): void {
  const { metadata } = draft;
  const prefix = metadata['generateName'];
  if (metadata.name !== '' || typeof prefix !== 'string' || prefix === '') return;
  for (let tries = 1; tries <= generateNameTries; tries++) {
    metadata.name = generateName(prefix, core.random);
    if (table.get(metadata.namespace ?? '', metadata.name) === undefined) return;
  }
}

/** Brings a draft in the place of what is live. */
export function finishUpdate(
  core: Core,
  resource: Served,
  draft: Draft,
  live: KubeObject,
  subresource: string,
  options: WriteOptions,
  managers: readonly ManagedFieldsEntry[] | undefined,
): KubeObject {
  const kept = storedShape(core, resource);
  if (kept !== resource) {
    const stored =
      tableOf(core, resource).get(live.metadata.namespace ?? '', live.metadata.name) ??
      resource.toStorage(live);
    const after = inStoredShape(core, resource, kept, draft);
    const through = { ...options, through: resource };
    return resource.fromStorage(finishUpdate(core, kept, after, stored, subresource, through, managers));
  }
  const { metadata } = draft;
  const name = live.metadata.name;
  if (metadata.uid !== undefined && metadata.uid !== live.metadata.uid) {
    throw conflict(
      resource,
      name,
      storageErrorText(
        resource,
        live.metadata.namespace ?? '',
        name,
        `Precondition failed: UID in precondition: ${shown(metadata.uid)}, UID in object meta: ${live.metadata.uid ?? ''}`,
      ),
    );
  }
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== live.metadata.resourceVersion) {
    checkVersionText(draft);
    if (metadata.resourceVersion !== undefined) throw conflict(resource, name, modifiedText);
  }
  withoutSameOwners(metadata, (text) => options.warn(text), options.patched === true);
  const context = writeContext(core, options.dryRun, options.through?.group, subresource);
  const moved = deletionMoved(metadata, live.metadata);
  carryOver(draft, live);
  // Defaults first: what comes from the live object is shared and must not be changed in place.
  fillDefaults(resource, draft, live, context, options.applied === true);
  admitChange(core, resource, draft, live, subresource, options);
  // What a write to `status` sends besides it is not kept, and so it is not checked either.
  const sent = resource.custom && subresource === 'status' ? { ...draft } : undefined;
  splitStatus(resource, draft, live, subresource);
  if (subresource === 'status') resource.resetForStatus?.(draft, live);
  setManagers(draft, managers ?? ownedAfter(core, resource, live, draft, subresource, options, sent));
  // What the server itself writes is owned by nobody.
  if (subresource === 'status') resource.prepareStatus?.(draft, live, context);
  if (resource.kind === 'DaemonSet' || (subresource === '' && !sharesSpec(draft, live)))
    resource.prepareForUpdate?.(draft, live, context);
  // This kind compares strictly: an empty list is not the one that was never there.
  const emptied = resource.kind === 'NetworkPolicy' && holdsEmpty(draft['spec']);
  shareEqual(draft, live);
  if (resource.generation === true && subresource !== 'status') {
    const changed = specChanged(
      draft as unknown as KubeObject,
      live,
      resource.status === true || !resource.custom,
      resource.custom,
    );
    // A priority class keeps its first count; the labels of endpoints and what deployments copy are more than metadata.
    const counts =
      (changed && resource.kind !== 'PriorityClass') ||
      (resource.kind === 'Deployment' && !equalData(metadata['annotations'], live.metadata.annotations)) ||
      (resource.kind === 'EndpointSlice' && !equalData(metadata['labels'], live.metadata.labels)) ||
      emptied;
    metadata.generation = (live.metadata.generation ?? 0) + (counts ? 1 : 0);
  }
  validate(core, resource, draft, context, { live, subresource, moved });
  if (subresource === '') warnOf(core, resource, draft, live, options);
  admitResult(core, resource, draft, live, subresource, options);
  resource.fillOnRead?.(draft);
  if (resource.typed !== undefined) asStored(resource.typed, draft);
  if (sameObject(draft, live) && options.unclean !== true && !isUnclean(core, resource, live)) return live;
  const object = asObject(draft, live);
  if (options.dryRun) return object;
  const written = keep(core, resource, object);
  noteStored(resource, written);
  if (options.unclean === true) noteUnclean(core, resource, written);
  return written;
}

function sharesSpec(draft: Draft, live: KubeObject): boolean {
  return draft['spec'] !== undefined && draft['spec'] === live['spec'];
}

/** The live object's own spec has its defaults and cannot be written to, so it steps aside meanwhile. */
function fillDefaults(
  resource: Served,
  draft: Draft,
  live: KubeObject,
  context: WriteContext,
  applied: boolean,
): void {
  resource.compiled?.default(draft, applied);
  if (resource.default === undefined) return;
  if (!sharesSpec(draft, live)) {
    resource.default(draft, context);
    return;
  }
  const rest: Record<string, unknown> = {};
  for (const field in draft) if (field !== 'spec') rest[field] = draft[field];
  resource.default(rest as Draft, context);
  for (const field in rest) if (field !== 'spec') draft[field] = rest[field];
}

/** Built-in kinds with two shapes are written in the one that is kept; custom versions differ in their name only. */
function storedShape(core: Core, resource: Served): Served {
  const { group, version, kind } = resource.storage;
  if (resource.custom || (group === resource.group && version === resource.version)) return resource;
  return core.catalogue.byKind(group, kind, version) ?? resource;
}

function inStoredShape(core: Core, resource: Served, kept: Served, draft: Draft): Draft {
  const converted = resource.toStorage(draft as unknown as KubeObject);
  return decodeBody(core, kept, converted, { ...internalWrite, manager: '' });
}

/** Stores an updated object, or removes it when nothing holds it back any more. */
export function keep(core: Core, resource: Served, object: KubeObject): KubeObject {
  const table = tableOf(core, resource);
  if (!isFinished(object)) return resource.fromStorage(table.put(resource.toStorage(object)));
  // The last state was never stored, so it shows the version of the one before.
  const { namespace = '', name } = object.metadata;
  const version = table.get(namespace, name)?.metadata.resourceVersion;
  table.remove(namespace, name);
  return version === undefined
    ? object
    : { ...object, metadata: { ...object.metadata, resourceVersion: version } };
}

function isFinished(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (
    deletionTimestamp === undefined ||
    (finalizers?.length ?? 0) > 0 ||
    (deletionGracePeriodSeconds ?? 0) !== 0
  )
    return false;
  if (object.kind !== 'Namespace' || object.apiVersion !== 'v1') return true;
  return ((object.spec as { finalizers?: readonly string[] } | undefined)?.finalizers?.length ?? 0) === 0;
}

/** What clients may not change. */
function carryOver(draft: Draft, live: KubeObject): void {
  for (const field of [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
    'resourceVersion',
  ]) {
    const value = live.metadata[field];
    if (value !== undefined) draft.metadata[field] = value;
    else if (field in draft.metadata) delete draft.metadata[field];
  }
  if ('selfLink' in draft.metadata) delete draft.metadata.selfLink;
}

function resetStatus(resource: Served, draft: Draft): void {
  if ('status' in draft) delete draft.status;
  // A struct in Go is always there, with its zeros.
  const node = resource.typed?.fields?.['status'];
  if (node?.type === 'object' && node.pointer !== true)
    draft.status = decodeTyped(node, {}, '', { quantity: () => undefined, unknown: [] });
}

/** Writes to the object keep its status; writes to `status` keep the rest. */
function splitStatus(resource: Served, draft: Draft, live: KubeObject, subresource: string): void {
  if (subresource !== '' && subresource !== 'status' && subresource !== 'scale') {
    keepToSubresource(draft, live, subresource);
    return;
  }
  if (subresource === 'status') {
    for (const field of Object.keys(draft))
      if (field !== 'status' && field !== 'metadata' && live[field] === undefined) delete draft[field];
    for (const field of Object.keys(live))
      if (field !== 'status' && field !== 'metadata') draft[field] = live[field];
    // Custom resources take no metadata through `status`; built-in ones take labels, annotations and finalizers.
    if (resource.custom)
      draft.metadata = {
        ...live.metadata,
        ...(draft.metadata.managedFields !== undefined && { managedFields: draft.metadata.managedFields }),
      } as Draft['metadata'];
    return;
  }
  if (resource.status !== true) return;
  if (live.status === undefined) delete draft.status;
  else draft.status = live.status;
}

/** What a judgement of an object knows besides it. */
interface Judged {
  readonly live?: KubeObject;
  readonly subresource?: string;
  readonly derived?: boolean;
  /** What an update wanted to change and may not. */
  readonly moved?: readonly FieldError[];
}

function validate(
  core: Core,
  resource: Served,
  draft: Draft,
  context: ReturnType<typeof writeContext>,
  about: Judged,
): void {
  const object = draft as unknown as KubeObject;
  const { live, derived = false, subresource = '', moved = [] } = about;
  const errors: FieldError[] = [
    ...(live === undefined
      ? validateMetadata(object, resource)
      : validateMetadataUpdate(object, live, resource, subresource, moved)),
  ];
  if (!derived) errors.push(...(resource.validate?.(object, live, context) ?? []));
  errors.push(...(resource.compiled?.validate(object, live, subresource) ?? []));
  if (errors.length === 0 && live === undefined && !derived)
    errors.push(...validateMetadataLate(object, resource));
  // A definition that may not change is not judged anew.
  if (errors.length === 0) errors.push(...checkDefinition(core, resource, object));
  if (errors.length > 0) throw invalid(resource.group, resource.kind, draft.metadata.name, errors);
}

export function warnOf(
  core: Core,
  resource: Served,
  draft: Draft,
  live: KubeObject | undefined,
  options: WriteOptions,
): void {
  // The server's own controllers listen to no warnings.
  if (options.warn === internalWrite.warn) return;
  const object = draft as unknown as KubeObject;
  for (const text of resource.warnings?.(object, live) ?? []) options.warn(text);
  for (const text of definitionWarnings(core, resource, object)) options.warn(text);
}

function ownedAfter(
  core: Core,
  resource: Served,
  before: KubeObject | undefined,
  after: Draft,
  subresource: string,
  options: WriteOptions,
  sent?: Draft,
): readonly ManagedFieldsEntry[] {
  const { through } = options;
  const shape = through ?? resource;
  const shapeOf = (object: unknown): Draft =>
    (through === undefined ? object : through.fromStorage(object as KubeObject)) as Draft;
  return core.doors.updateManagers({
    before: before === undefined ? undefined : shapeOf(before),
    after: shapeOf(after),
    ...(sent !== undefined && { sent: shapeOf(sent) }),
    manager: options.manager,
    schema: shape.schema,
    apiVersion: formatApiVersion(shape.group, shape.version),
    ...(subresource !== '' && { subresource }),
    time: timeText(core.clock.now()),
  });
}

function dropEmptyManagers(draft: Draft): void {
  if (Array.isArray(draft.metadata.managedFields) && draft.metadata.managedFields.length === 0)
    delete draft.metadata.managedFields;
}

function setManagers(draft: Draft, entries: readonly ManagedFieldsEntry[]): void {
  if (entries.length === 0) delete draft.metadata.managedFields;
  else draft.metadata.managedFields = entries;
}
