import { equalData } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Served } from './catalogue.ts';
import { renamedVersion } from './convert.ts';
import { timeText } from './core.ts';
import type { Core } from './core.ts';
import type { FieldError } from './types.ts';

const group = 'apiextensions.k8s.io';
const kind = 'CustomResourceDefinition';
const cleanup = 'customresourcecleanup.apiextensions.k8s.io';

interface Names {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

interface Spec {
  readonly group: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly names: Names;
  readonly versions: readonly {
    readonly name: string;
    readonly storage: boolean;
    readonly served: boolean;
  }[];
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

interface DefinitionStatus {
  readonly conditions?: readonly Condition[] | null;
  readonly acceptedNames?: Names;
  readonly storedVersions?: readonly string[] | null;
}

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const subresourceVerbs = ['get', 'patch', 'update'];

const isDefinition = (resource: Pick<Served, 'group' | 'kind'>): boolean =>
  resource.group === group && resource.kind === kind;

/** What is wrong with a definition's schemas; nothing for other kinds. */
export function checkDefinition(core: Core, resource: Served, object: KubeObject): readonly FieldError[] {
  return isDefinition(resource) ? core.doors.compile(object).errors : [];
}

/** Keeps the catalogue in step with the definitions in the store. */
export function followDefinitions(core: Core): void {
  const table = core.store.table(group, kind);
  for (const object of table.list()) serve(core, object);
  table.subscribe((event) => {
    if (event.type === 'deleted') {
      const spec = specOf(event.object);
      core.catalogue.define(spec.group, spec.names.plural, []);
      core.store.drop(spec.group, spec.names.kind);
      return;
    }
    if (
      event.type === 'modified' &&
      event.previous?.spec === event.object.spec &&
      isEstablished(event.object) === isEstablished(event.previous)
    )
      return;
    serve(core, event.object);
  });
  core.store.subscribeAll((event) => {
    if (event.type === 'deleted') finishRemovalOf(core, event.object);
  });
}

function specOf(object: KubeObject): Spec {
  return object.spec as unknown as Spec;
}

function statusOf(object: KubeObject): DefinitionStatus {
  return (object.status ?? {}) as DefinitionStatus;
}

function isEstablished(object: KubeObject | undefined): boolean {
  return (
    object !== undefined &&
    statusOf(object).conditions?.some((one) => one.type === 'Established' && one.status === 'True') === true
  );
}

/** Brings a definition's versions into the catalogue and says so in its status. */
function serve(core: Core, object: KubeObject): void {
  const spec = specOf(object);
  const clash = nameClash(core, object);
  if (clash === undefined) {
    core.catalogue.define(spec.group, spec.names.plural, servedVersions(core, object));
  }
  const status = settledStatus(core, object, clash);
  if (!equalData(status, object.status)) core.store.table(group, kind).put({ ...object, status });
}

/** Another resource of the group that has one of the names already. */
function nameClash(
  core: Core,
  object: KubeObject,
): { readonly reason: string; readonly message: string } | undefined {
  const spec = specOf(object);
  const others = core.catalogue
    .all()
    .filter((one) => one.group === spec.group && one.plural !== spec.names.plural);
  const taken = (name: string): boolean =>
    others.some((one) => one.plural === name || one.singular === name || one.shortNames.includes(name));
  const { names } = spec;
  const say = (reason: string, name: string) => ({
    reason,
    message: `${JSON.stringify(name)} is already in use`,
  });
  if (taken(names.plural)) return say('PluralConflict', names.plural);
  if (names.singular !== undefined && taken(names.singular)) return say('SingularConflict', names.singular);
  const short = names.shortNames?.find(taken);
  if (short !== undefined) return say('ShortNamesConflict', short);
  if (others.some((one) => one.kind === names.kind || one.listKind === names.kind))
    return say('KindConflict', names.kind);
  const listKind = names.listKind ?? '';
  return others.some((one) => one.kind === listKind || one.listKind === listKind)
    ? say('ListKindConflict', listKind)
    : undefined;
}

function settledStatus(
  core: Core,
  object: KubeObject,
  clash: { readonly reason: string; readonly message: string } | undefined,
): DefinitionStatus {
  const spec = specOf(object);
  const status = statusOf(object);
  const accepted = clash === undefined;
  const conditions = [
    condition(
      core,
      status,
      'NamesAccepted',
      accepted,
      clash?.reason ?? 'NoConflicts',
      clash?.message ?? 'no conflicts found',
    ),
    accepted
      ? condition(
          core,
          status,
          'Established',
          true,
          'InitialNamesAccepted',
          'the initial names have been accepted',
        )
      : condition(
          core,
          status,
          'Established',
          isEstablished(object),
          'NotAccepted',
          'not all names are accepted',
        ),
    ...(status.conditions ?? []).filter((one) => one.type !== 'NamesAccepted' && one.type !== 'Established'),
  ];
  const stored = status.storedVersions ?? [];
  const storage = spec.versions.find((version) => version.storage)?.name;
  return {
    acceptedNames: accepted ? spec.names : (status.acceptedNames ?? { plural: '', kind: '' }),
    conditions,
    storedVersions: storage === undefined || stored.includes(storage) ? stored : [...stored, storage],
  };
}

function condition(
  core: Core,
  status: DefinitionStatus,
  type: string,
  holds: boolean,
  reason: string,
  message: string,
): Condition {
  const known = status.conditions?.find((one) => one.type === type);
  const value = holds ? 'True' : 'False';
  const lastTransitionTime = known?.status === value ? known.lastTransitionTime : timeText(core.clock.now());
  return { lastTransitionTime, message, reason, status: value, type };
}

function servedVersions(core: Core, object: KubeObject): readonly Served[] {
  const spec = specOf(object);
  const compiled = core.doors.compile(object);
  const storage =
    compiled.versions.find((version) => version.storage)?.version ?? compiled.versions[0]?.version ?? '';
  const served = compiled.versions.filter((version) => version.served);
  // With a deletion under way nothing new may be made.
  const verbs =
    object.metadata.deletionTimestamp === undefined ? allVerbs : allVerbs.filter((verb) => verb !== 'create');
  return served.map((version) => {
    const subresourceList = [
      ...(version.status
        ? [
            {
              name: 'status',
              group: spec.group,
              version: version.version,
              kind: spec.names.kind,
              verbs: subresourceVerbs,
            },
          ]
        : []),
      ...(version.scale === undefined
        ? []
        : [{ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: subresourceVerbs }]),
    ];
    return {
      ...renamedVersion(spec.group, version.version, storage, spec.names.kind),
      group: spec.group,
      version: version.version,
      kind: spec.names.kind,
      listKind: spec.names.listKind ?? `${spec.names.kind}List`,
      plural: spec.names.plural,
      singular: spec.names.singular ?? spec.names.kind.toLowerCase(),
      shortNames: spec.names.shortNames ?? [],
      categories: spec.names.categories ?? [],
      namespaced: spec.scope === 'Namespaced',
      verbs,
      subresources: subresourceList.map((sub) => sub.name),
      subresourceList,
      schema: version.schema,
      custom: true,
      compiled: version,
      preferred: true,
      generation: true,
      status: version.status,
      columns: version.columns,
      selectableFields: version.selectableFields,
      unconditionalUpdate: false,
    };
  });
}

/** A definition goes after its objects: they are deleted first, and those with finalizers are waited for. */
export function beginDefinitionRemoval(core: Core, resource: Served, object: KubeObject): void {
  if (!isDefinition(resource) || object.metadata.finalizers?.includes(cleanup) !== true) return;
  const spec = specOf(object);
  const objects = core.store.table(spec.group, spec.names.kind);
  for (const one of [...objects.list()]) {
    const { namespace = '', name } = one.metadata;
    if ((one.metadata.finalizers?.length ?? 0) === 0) objects.remove(namespace, name);
    else if (one.metadata.deletionTimestamp === undefined) {
      objects.put({
        ...one,
        metadata: {
          ...one.metadata,
          deletionTimestamp: timeText(core.clock.now()),
          deletionGracePeriodSeconds: 0,
        },
      });
    }
  }
  finish(core, object.metadata.name);
}

function finishRemovalOf(core: Core, object: KubeObject): void {
  const resource = core.catalogue.byKind(object.apiVersion.split('/')[0] ?? '', object.kind);
  if (resource?.custom === true) finish(core, `${resource.plural}.${resource.group}`);
}

function finish(core: Core, name: string): void {
  const table = core.store.table(group, kind);
  const definition = table.get('', name);
  if (definition?.metadata.deletionTimestamp === undefined) return;
  const spec = specOf(definition);
  if (core.store.table(spec.group, spec.names.kind).size > 0) return;
  const finalizers = (definition.metadata.finalizers ?? []).filter((one) => one !== cleanup);
  if (finalizers.length === 0) table.remove('', name);
  else if (finalizers.length !== definition.metadata.finalizers?.length)
    table.put({ ...definition, metadata: { ...definition.metadata, finalizers } });
}
