import { equalData } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Served } from './catalogue.ts';
import { once } from './convert.ts';
import type { Conversion } from './convert.ts';
import { timeText } from './core.ts';
import type { Core } from './core.ts';
import { makeConverter } from '../crd/conversion.ts';
import type { CompiledVersion } from '../crd/types.ts';
import type { Draft, FieldError, KindHooks } from './types.ts';

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
  readonly conversion?: {
    readonly strategy?: string;
    readonly webhook?: {
      readonly clientConfig?: Readonly<Record<string, unknown>>;
      readonly conversionReviewVersions?: readonly string[];
    };
  };
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

const allVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const subresourceVerbs = ['get', 'patch', 'update'];

export const isDefinition = (resource: Pick<Served, 'group' | 'kind'>): boolean =>
  resource.group === group && resource.kind === kind;

/** What is special about definitions themselves. */
export const definitionHooks: KindHooks = {
  generation: true,
  status: true,
  unconditionalUpdate: false,
  default(draft) {
    const spec = (draft['spec'] ?? {}) as {
      conversion?: { strategy?: string };
      names?: { kind?: string; singular?: string; listKind?: string };
    };
    spec.conversion ??= { strategy: 'None' };
    const { names } = spec;
    if (names?.kind === undefined || names.kind === '') return;
    names.singular ??= names.kind.toLowerCase();
    names.listKind ??= `${names.kind}List`;
  },
  prepareForCreate(draft) {
    const storage = ((draft['spec'] ?? {}) as Partial<Spec>).versions?.find(
      (version) => version.storage,
    )?.name;
    draft['status'] = {
      conditions: null,
      acceptedNames: { plural: '', kind: '' },
      storedVersions: storage === undefined ? [] : [storage],
    };
  },
  validate(object, previous) {
    if (previous === undefined || !isEstablished(previous)) return [];
    const [now, then] = [specOf(object), specOf(previous)];
    const errors: FieldError[] = [];
    const same = (field: string, after: unknown, before: unknown): void => {
      if (after !== before)
        errors.push({
          reason: 'FieldValueInvalid',
          field,
          message: `Invalid value: ${JSON.stringify(after)}: field is immutable`,
        });
    };
    same('spec.group', now.group, then.group);
    same('spec.scope', now.scope, then.scope);
    same('spec.names.plural', now.names.plural, then.names.plural);
    // The name follows from group and plural; saying so as well would only repeat it.
    return errors;
  },
};

/** What is wrong with a definition's schemas; nothing for other kinds. */
export function checkDefinition(core: Core, resource: Served, object: KubeObject): readonly FieldError[] {
  if (!isDefinition(resource)) return [];
  return core.doors.compile(object).errors;
}

/** What a definition asks for and does not get. */
export function definitionWarnings(core: Core, resource: Served, object: KubeObject): readonly string[] {
  if (!isDefinition(resource)) return [];
  return core.doors.compile(object).versions.flatMap(({ warnings }) => warnings);
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
  const verdict = judgeNames(core, object);
  if (verdict.clash === undefined) {
    core.catalogue.define(spec.group, spec.names.plural, servedVersions(core, object));
  }
  const status = settledStatus(core, object, verdict);
  if (!equalData(status, object.status)) core.store.table(group, kind).put({ ...object, status });
}

interface Verdict {
  readonly accepted: Names;
  readonly clash: { readonly reason: string; readonly message: string } | undefined;
}

/** Which names are free in the group. As upstream, each is accepted on its own and the last clash is the one told. */
function judgeNames(core: Core, object: KubeObject): Verdict {
  const { group: own, names } = specOf(object);
  const others = core.catalogue.all().filter((one) => one.group === own && one.plural !== names.plural);
  const words = new Set(others.flatMap((one) => [one.plural, one.singular, ...one.shortNames]));
  const kinds = new Set(others.flatMap((one) => [one.kind, one.listKind]));
  let clash: Verdict['clash'];
  const free = (taken: ReadonlySet<string>, reason: string, wanted: readonly string[]): boolean => {
    const found = wanted.find((name) => name !== '' && taken.has(name));
    if (found !== undefined) clash = { reason, message: `${JSON.stringify(found)} is already in use` };
    return found === undefined;
  };
  const accepted: Names = {
    plural: free(words, 'PluralConflict', [names.plural]) ? names.plural : '',
    ...(free(words, 'SingularConflict', [names.singular ?? '']) &&
      names.singular !== undefined && { singular: names.singular }),
    ...(free(words, 'ShortNamesConflict', names.shortNames ?? []) &&
      names.shortNames !== undefined && { shortNames: names.shortNames }),
    kind: free(kinds, 'KindConflict', [names.kind]) ? names.kind : '',
    ...(free(kinds, 'ListKindConflict', [names.listKind ?? '']) &&
      names.listKind !== undefined && { listKind: names.listKind }),
    ...(names.categories !== undefined && { categories: names.categories }),
  };
  return { accepted, clash };
}

function settledStatus(core: Core, object: KubeObject, { accepted, clash }: Verdict): DefinitionStatus {
  const spec = specOf(object);
  const status = statusOf(object);
  const conditions = [
    condition(
      core,
      status,
      'NamesAccepted',
      clash === undefined,
      clash?.reason ?? 'NoConflicts',
      clash?.message ?? 'no conflicts found',
    ),
    clash === undefined
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
    conditions,
    acceptedNames: accepted,
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
  return { type, status: value, lastTransitionTime, reason, message };
}

/**
 * How objects of a version are kept. What a client writes fits its version already; into the stored version unknown
 * fields are pruned, and what was written before the schema changed gets new defaults when it is read.
 */
function conversionOf(
  definition: KubeObject,
  version: CompiledVersion,
  storage: CompiledVersion | undefined,
): Conversion & Pick<Served, 'converter'> {
  const spec = specOf(definition);
  const kept = storage ?? version;
  const apiVersion = `${spec.group}/${version.version}`;
  const place = { group: spec.group, version: kept.version, kind: spec.names.kind };
  const asWritten = (object: KubeObject): KubeObject => object;
  const isStored = version.version === kept.version;
  const fresh = isStored && definition.metadata.generation === 1;
  const upgrade = (object: KubeObject): KubeObject => {
    const draft = structuredClone({ ...object, apiVersion }) as unknown as Draft;
    version.prune(draft);
    version.default(draft);
    return draft as unknown as KubeObject;
  };
  const store = (object: KubeObject): KubeObject => {
    const draft = structuredClone({
      ...object,
      apiVersion: `${spec.group}/${kept.version}`,
    }) as unknown as Draft;
    kept.prune(draft);
    return draft as unknown as KubeObject;
  };
  if (spec.conversion?.strategy === 'Webhook' && spec.versions.length > 1) {
    const converter = makeConverter({
      webhook: {
        definition: definition.metadata.name,
        clientConfig: spec.conversion.webhook?.clientConfig ?? {},
        reviewVersions: spec.conversion.webhook?.conversionReviewVersions ?? [],
      },
      version: apiVersion,
      stored: `${spec.group}/${kept.version}`,
      shape: upgrade,
      shapeStored: store,
    });
    return {
      storage: place,
      converter,
      fromStorage: (object) => converter.fromStorage(object),
      toStorage: (object) => converter.toStorage(object),
    };
  }
  return {
    storage: place,
    fromStorage: fresh ? asWritten : once(upgrade),
    toStorage: isStored ? asWritten : store,
  };
}

function servedVersions(core: Core, object: KubeObject): readonly Served[] {
  const spec = specOf(object);
  const compiled = core.doors.compile(object);
  const storage = compiled.versions.find((version) => version.storage) ?? compiled.versions[0];
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
      ...conversionOf(object, version, storage),
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
  // Removing changes the table, so the list is taken first.
  const present = Array.from(objects.list());
  for (const one of present) {
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

/** A definition that waits for the end of its objects says so. */
export function terminating(definition: KubeObject, now: string): KubeObject {
  const status = statusOf(definition);
  const condition: Condition = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: now,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  return { ...definition, status: { ...status, conditions: [...(status.conditions ?? []), condition] } };
}
