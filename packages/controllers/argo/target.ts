import { gvkOf, keyText } from '@plumbline/api';
import type {
  Application,
  ApplicationCondition,
  GroupVersionKind,
  KubeObject,
  Manifest,
  ObjectKey,
  Origin,
  Phase,
  Target,
  TargetPolicy,
  TargetResource,
} from '@plumbline/api';
import {
  HOOK_OF_PHASE,
  PHASE_OF_HOOK,
  directivesOf,
  hookOf,
  hookTypes,
  isHook,
  optionValue,
} from './directives.ts';
import { ignoreRules } from './ignore.ts';
import { OBJECT_MANAGER, annotations, finalizers } from './names.ts';
import { destinationPermitted, kindPermitted } from './project.ts';
import type { ValidSpec } from './spec.ts';
import { trackingId, withTracking } from './tracking.ts';

/** An application's manifests as the engine takes them, and what the engine need not know. */
export interface Compiled {
  /** What is compared: everything but the namespace that is made on the side. */
  readonly target: Target;
  /** Hooks that never run: shown, not compared. */
  readonly skipped: readonly KubeObject[];
  readonly preDelete: readonly TargetResource[];
  readonly postDelete: readonly TargetResource[];
  readonly conditions: readonly ApplicationCondition[];
  /** Kinds that the server did not know when this was made. */
  readonly unknownKinds: readonly GroupVersionKind[];
  /** The destination's namespace, where the application asks for it and does not bring it itself. */
  readonly namespace: TargetResource | undefined;
}

export interface CompileInput {
  readonly application: Application;
  readonly instance: string;
  readonly spec: ValidSpec;
  readonly manifests: readonly Manifest[];
  /** Sync options: the application's, or those of the operation. */
  readonly options: readonly string[];
  readonly cluster: string;
  /** Undefined: the server does not know the kind. */
  scope(kind: { readonly group: string; readonly kind: string }): boolean | undefined;
  /** What names made for one run are made of. */
  readonly run?: { readonly revision: string; readonly startedAt: number };
}

interface Placed {
  readonly object: KubeObject;
  readonly key: ObjectKey;
  readonly origin: Origin;
  readonly namespaced: boolean;
}

export function compile(input: CompileInput): Compiled {
  const { instance, spec, options } = input;
  const unknownKinds = new Map<string, GroupVersionKind>();
  const scopes = definedScopes(input.manifests);
  const { kept, conditions } = withoutRepeats(
    input.manifests.map((manifest) => place(manifest, input, scopes, unknownKinds)),
  );
  const resources: TargetResource[] = [];
  const skipped: KubeObject[] = [];
  const preDelete: TargetResource[] = [];
  const postDelete: TargetResource[] = [];
  for (const placed of kept) {
    const marked = placed.object.kind === 'CustomResourceDefinition' ? placed.object : marking(placed, input);
    if (!isHook(marked)) {
      resources.push(resourceOf(marked, placed, input, 'main'));
      continue;
    }
    const types = hookTypes(marked);
    if (types.includes('Skip')) skipped.push(marked);
    for (const type of types) {
      const phase = PHASE_OF_HOOK[type];
      if (phase !== undefined) resources.push(hookResource(marked, placed, input, phase));
      if (type === 'PreDelete') preDelete.push(hookResource(marked, placed, input, 'before'));
      if (type === 'PostDelete') postDelete.push(hookResource(marked, placed, input, 'after'));
    }
  }
  const target: Target = {
    key: instance,
    cluster: input.cluster,
    resources,
    policy: policyOf(input.application, options),
    fieldManager: OBJECT_MANAGER,
  };
  return {
    target,
    skipped,
    preDelete,
    postDelete,
    conditions,
    unknownKinds: [...unknownKinds.values()],
    namespace: ownNamespace(input, spec.destination.namespace, kept),
  };
}

function marking(placed: Placed, input: CompileInput): KubeObject {
  return withTracking(
    placed.object,
    trackingId(input.instance, placed.object, input.spec.destination.namespace),
  );
}

/** Scopes of kinds whose definitions come with the application. */
function definedScopes(manifests: readonly Manifest[]): ReadonlyMap<string, boolean> {
  const scopes = new Map<string, boolean>();
  for (const { object } of manifests) {
    if (object.kind !== 'CustomResourceDefinition') continue;
    const spec = object['spec'] as { group?: string; scope?: string; names?: { kind?: string } } | undefined;
    if (spec?.group && spec.names?.kind)
      scopes.set(`${spec.group}/${spec.names.kind}`, spec.scope !== 'Cluster');
  }
  return scopes;
}

/** Gives an object its namespace: the destination's where it has none, none where its kind has none. */
function place(
  manifest: Manifest,
  input: CompileInput,
  defined: ReadonlyMap<string, boolean>,
  unknownKinds: Map<string, GroupVersionKind>,
): Placed {
  const { object, origin } = manifest;
  const kind = gvkOf(object);
  let namespaced = input.scope(kind);
  if (namespaced === undefined) {
    unknownKinds.set(`${kind.group}/${kind.kind}`, kind);
    namespaced = defined.get(`${kind.group}/${kind.kind}`) ?? true;
  }
  const { namespace: own, ...metadata } = object.metadata;
  const namespace = namespaced ? own || input.spec.destination.namespace : '';
  const same = (own ?? '') === namespace;
  const moved = same
    ? object
    : { ...object, metadata: { ...metadata, ...(namespace === '' ? {} : { namespace }) } };
  const key = { group: kind.group, kind: kind.kind, namespace, name: object.metadata.name ?? '' };
  return { object: moved, key, origin, namespaced };
}

/** One object per key: the last one wins, and people are told. Objects that are named when they are made cannot repeat. */
function withoutRepeats(placed: readonly Placed[]): {
  readonly kept: readonly Placed[];
  readonly conditions: readonly ApplicationCondition[];
} {
  const byKey = new Map<string, Placed>();
  const counts = new Map<string, number>();
  placed.forEach((one, index) => {
    const text = one.key.name === '' ? `${keyText(one.key)}#${index}` : keyText(one.key);
    byKey.set(text, one);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  });
  const conditions = [...counts]
    .filter(([, count]) => count > 1)
    .map(([text, count]) => ({
      type: 'RepeatedResourceWarning',
      message: `Resource ${text} appeared ${count} times among application resources.`,
    }));
  return { kept: [...byKey.values()], conditions };
}

function resourceOf(object: KubeObject, placed: Placed, input: CompileInput, phase: Phase): TargetResource {
  const forbidden = forbids(placed, input.spec);
  return {
    key: placed.key,
    object,
    origin: placed.origin,
    phase,
    ...directivesOf(object, input.options),
    ...(forbidden === undefined ? {} : { forbidden }),
  };
}

function hookResource(object: KubeObject, placed: Placed, input: CompileInput, phase: Phase): TargetResource {
  const named = nameFor(object, phase, input.run);
  const finalizer = finalizers.hook;
  const held = {
    ...named,
    metadata: { ...named.metadata, finalizers: [...(named.metadata.finalizers ?? []), finalizer] },
  };
  const key = { ...placed.key, name: named.metadata.name ?? '' };
  return { ...resourceOf(held, { ...placed, key }, input, phase), hook: hookOf(object, phase) };
}

/** A hook with `generateName` gets a name that tells the commit, the phase and the run. */
function nameFor(object: KubeObject, phase: Phase, run: CompileInput['run']): KubeObject {
  const { generateName, ...metadata } = object.metadata;
  if (generateName === undefined || metadata.name) return object;
  const short = (run?.revision ?? '').slice(0, 7);
  const seconds = Math.floor((run?.startedAt ?? 0) / 1_000);
  const suffix = `${short}-${HOOK_OF_PHASE[phase]}-${seconds}`.toLowerCase();
  return { ...object, metadata: { ...metadata, generateName, name: `${generateName}${suffix}` } };
}

function forbids(placed: Placed, spec: ValidSpec): string | undefined {
  const project = spec.project;
  if (!kindPermitted(project.spec, placed.key, placed.namespaced)) {
    return `resource ${placed.key.group}:${placed.key.kind} is not permitted in project ${project.metadata.name}`;
  }
  if (!placed.namespaced) return undefined;
  const there = { ...spec.destination, namespace: placed.key.namespace };
  if (!destinationPermitted(project.spec, there)) {
    return `namespace ${placed.key.namespace} is not permitted in project '${project.metadata.name}'`;
  }
  return undefined;
}

function policyOf(application: Application, options: readonly string[]): TargetPolicy {
  const automated = application.spec.syncPolicy?.automated;
  const propagation = optionValue(options, 'PrunePropagationPolicy');
  return {
    automated: automated !== undefined && automated.enabled !== false,
    prune: automated?.prune === true,
    heal: automated?.selfHeal === true,
    allowEmpty: automated?.allowEmpty === true,
    prunePropagation:
      propagation === 'background' ? 'Background' : propagation === 'orphan' ? 'Orphan' : 'Foreground',
    pruneLast: optionValue(options, 'PruneLast') === 'true',
    onlyOutOfSync: optionValue(options, 'ApplyOutOfSyncOnly') === 'true',
    ignore: ignoreRules(application.spec.ignoreDifferences ?? []),
    failOnShared: optionValue(options, 'FailOnSharedResource') === 'true',
  };
}

/** The namespace that `CreateNamespace=true` asks for. It has no mark: it outlives the application. */
function ownNamespace(
  input: CompileInput,
  name: string,
  placed: readonly Placed[],
): TargetResource | undefined {
  if (name === '' || optionValue(input.options, 'CreateNamespace') !== 'true') return undefined;
  if (placed.some(({ key }) => key.group === '' && key.kind === 'Namespace' && key.name === name))
    return undefined;
  const managed = input.application.spec.syncPolicy?.managedNamespaceMetadata;
  const own = { ...managed?.annotations };
  if (managed !== undefined) own[annotations.syncOptions] = 'ServerSideApply=true';
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      ...(managed?.labels === undefined ? {} : { labels: managed.labels }),
      ...(managed === undefined ? {} : { annotations: own }),
    },
    // Upstream sends the whole of its type; the record of the apply shows it.
    ...(managed === undefined ? { spec: {}, status: {} } : {}),
  };
  return {
    key: { group: '', kind: 'Namespace', namespace: '', name },
    object,
    origin: { file: '', line: 0, document: 0 },
    phase: 'before',
    ...directivesOf(object, []),
    prune: 'no',
  };
}

/** What a run applies: the target, and the namespace where it is missing or has metadata of its own to keep. */
export function runTarget(compiled: Compiled, namespaceExists: boolean): Target {
  const { namespace, target } = compiled;
  if (namespace === undefined) return target;
  const managed = namespace.object.metadata.annotations !== undefined;
  if (namespaceExists && !managed) return target;
  return { ...target, resources: [namespace, ...target.resources] };
}
