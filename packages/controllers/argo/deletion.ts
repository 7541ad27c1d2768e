import { keyText } from '@plumbline/api';
import type { Application, ApplicationCondition, LiveObject, ObjectKey } from '@plumbline/api';
import { isStatusError } from '@plumbline/kube';
import type { Outcome } from '../runtime/index.ts';
import { compareApplication, unknownComparison } from './comparison.ts';
import type { CompareInput } from './comparison.ts';
import type { Comparison } from './standing.ts';
import { loadDesired } from './desired.ts';
import { asksBeforeDeletion, hookTypes, staysOnDeletion, waveOf } from './directives.ts';
import { APPLICATION, APPLICATION_MANAGER, annotationOf, annotations, finalizers } from './names.ts';
import { observe } from './observe.ts';
import { kindPermitted } from './project.ts';
import type { Look } from './reconcile.ts';
import { write } from './reconcile.ts';
import type { ValidSpec } from './spec.ts';

const CASCADE: Readonly<Record<string, 'Foreground' | 'Background'>> = {
  [finalizers.resources]: 'Foreground',
  [`${finalizers.resources}/foreground`]: 'Foreground',
  [`${finalizers.resources}/background`]: 'Background',
};

/** PreDelete hooks, then the objects, the last wave first, then PostDelete hooks; then the Application may go. */
export async function deleteApplication(application: Application, look: Look): Promise<Outcome> {
  const held = application.metadata.finalizers ?? [];
  const cascade = held.find((name) => CASCADE[name] !== undefined);
  if (cascade === undefined && !held.some((name) => OWN_FINALIZERS.includes(name))) return {};
  if (!look.check.ok) return refuseDeletion(application, look, cascade);
  const { value: spec } = look.check;
  const input = inputOf(application, look, spec);
  if (held.includes(finalizers.preDelete)) {
    const state = await runHooks('preDelete', application, look, input, spec);
    if (state !== 'done') return state;
    await release(application, look, [finalizers.preDelete]);
    return { wakeUp: 0 };
  }
  const left = cascade === undefined ? [] : deletable(input, spec, held.includes(finalizers.postDelete));
  if (left.length > 0)
    return deleteObjects(application, look, input, spec, left, CASCADE[cascade ?? ''] ?? 'Foreground');
  if (held.includes(finalizers.postDelete)) {
    const state = await runHooks('postDelete', application, look, input, spec);
    if (state !== 'done') return state;
  }
  await release(application, look, [...(cascade === undefined ? [] : [cascade]), ...OWN_FINALIZERS]);
  return {};
}

async function deleteObjects(
  application: Application,
  look: Look,
  input: CompareInput,
  spec: ValidSpec,
  left: readonly LiveObject[],
  propagation: 'Foreground' | 'Background',
): Promise<Outcome> {
  const problem = approvalMissing(application, left) ? undefined : await deleteWave(left, propagation, look);
  const comparison = await compareNow(input, spec, look);
  await tell(application, look, comparison, problem);
  // Whatever goes is heard of; what was refused is tried again.
  return problem === undefined ? {} : { wakeUp: 5_000 };
}

async function tell(
  application: Application,
  look: Look,
  comparison: Comparison,
  problem: ApplicationCondition | undefined,
): Promise<void> {
  await write(application, look, {
    comparison,
    conditions: problem === undefined ? [] : [problem],
    run: undefined,
    operation: undefined,
    refreshed: annotationOf(application, annotations.refresh) !== undefined,
    controlNamespace: look.ports.settings.namespace,
    now: look.ports.clock.now(),
  });
  look.memory.comparison = comparison;
  look.compared();
}

const OWN_FINALIZERS: readonly string[] = [
  finalizers.preDelete,
  finalizers.preDeleteCleanup,
  finalizers.postDelete,
  finalizers.postDeleteCleanup,
];

function inputOf(application: Application, look: Look, spec: ValidSpec): CompareInput {
  const { ports, memory, instance } = look;
  return {
    application,
    instance,
    spec,
    memory,
    observer: { live: ports.cluster.live, overlay: memory.overlay, health: ports.health, seen: memory.seen },
    cluster: ports.cluster,
  };
}

async function compareNow(input: CompareInput, spec: ValidSpec, look: Look): Promise<Comparison> {
  const wanted = await loadDesired(
    { sources: spec.sources, refresh: false, application: input.application },
    look.ports.sources,
    look.ports.render,
  );
  return wanted.ok ? compareApplication(input, wanted.value) : unknownComparison(input, wanted.message);
}

/**
 * What has to go: what carries the application's own mark and what its project lets it touch. Definitions stay, because
 * everybody's objects of their kinds would go with them; PostDelete hooks come when all else is gone.
 */
function deletable(input: CompareInput, spec: ValidSpec, hooksFollow: boolean): readonly LiveObject[] {
  const observation = observe(input.observer, input.instance, undefined);
  return [...observation.objects.values()].filter(({ key, object, owner }) => {
    if (owner !== input.instance || key.kind === 'CustomResourceDefinition') return false;
    if (staysOnDeletion(object) || isItself(key, input.application)) return false;
    if (hooksFollow && hookTypes(object).includes('PostDelete')) return false;
    return kindPermitted(spec.project.spec, key, key.namespace !== '');
  });
}

function isItself(key: ObjectKey, application: Application): boolean {
  return (
    key.group === APPLICATION.group &&
    key.kind === APPLICATION.kind &&
    key.name === application.metadata.name &&
    key.namespace === application.metadata.namespace
  );
}

function approvalMissing(application: Application, left: readonly LiveObject[]): boolean {
  if (!left.some(({ object }) => asksBeforeDeletion(object))) return false;
  const approved = Date.parse(annotationOf(application, annotations.deletionApproved) ?? '');
  const since = Date.parse(application.metadata.deletionTimestamp ?? '');
  return Number.isNaN(approved) || approved < since;
}

/** Asks for the deletion of the last wave that is still there. The waves before wait until it is gone. */
async function deleteWave(
  left: readonly LiveObject[],
  propagation: 'Foreground' | 'Background',
  look: Look,
): Promise<ApplicationCondition | undefined> {
  const last = Math.max(...left.map(({ object }) => waveOf(object)));
  const due = left.filter(
    ({ object }) => waveOf(object) === last && object.metadata.deletionTimestamp === undefined,
  );
  const results = await look.executor.run(
    due.map(({ key, object }, index) => ({ id: `${index}`, type: 'delete', key, live: object, propagation })),
  );
  for (const result of results.values())
    if (!result.ok) return { type: 'DeletionError', message: result.message };
  return undefined;
}

/**
 * Hooks around a deletion run once: one that is there has run. Until all are well nothing goes on, and people are told
 * of one that is not. Those that ask for it are deleted when they have succeeded.
 */
async function runHooks(
  which: 'preDelete' | 'postDelete',
  application: Application,
  look: Look,
  input: CompareInput,
  spec: ValidSpec,
): Promise<Outcome | 'done'> {
  const comparison = await compareNow(input, spec, look);
  const { compiled } = comparison;
  // Without the sources nobody knows the hooks, and what they guard must not go on.
  if (compiled === undefined) {
    await tell(application, look, comparison, undefined);
    return { wakeUp: 30_000 };
  }
  const hooks = compiled[which].map((hook) => ({ ...hook, object: withoutFinalizer(hook.object) }));
  const target = { ...compiled.target, resources: hooks };
  const present = observe(input.observer, input.instance, target);
  const missing = hooks.filter(({ key }) => present.objects.get(keyText(key)) === undefined);
  const results = await look.executor.run(
    missing.map((resource, index) => ({
      id: `${index}`,
      type: 'apply',
      resource,
      force: false,
      dryRun: false,
    })),
  );
  const after = observe(input.observer, input.instance, target);
  const states = hooks.map(({ key }) => after.objects.get(keyText(key))?.health);
  const refused = [...results.values()].find((result) => !result.ok)?.message;
  const failed = states.find((health) => health?.status === 'Degraded' || health?.status === 'Unknown');
  if (refused !== undefined || failed !== undefined) {
    const message = `${which === 'preDelete' ? 'PreDelete' : 'PostDelete'} hook failed: ${refused ?? failed?.message ?? ''}`;
    await tell(application, look, comparison, { type: 'DeletionError', message });
    return { wakeUp: 30_000 };
  }
  if (!states.every((health) => (health?.status ?? 'Healthy') === 'Healthy')) return {};
  const over = hooks.filter(({ hook }) => hook?.delete.includes('succeeded') === true);
  await look.executor.run(
    over.flatMap(({ key }, index) => {
      const live = after.objects.get(keyText(key))?.object;
      return live === undefined
        ? []
        : [{ id: `${index}`, type: 'delete', key, live, propagation: 'Background' }];
    }),
  );
  return 'done';
}

function withoutFinalizer<T extends { readonly metadata: { readonly finalizers?: readonly string[] } }>(
  object: T,
): T {
  const left = (object.metadata.finalizers ?? []).filter((name) => name !== finalizers.hook);
  const { finalizers: _all, ...metadata } = object.metadata;
  return { ...object, metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left } };
}

/** Lets go of the Application, as far as these finalizers hold it. */
async function release(application: Application, look: Look, names: readonly string[]): Promise<void> {
  const left = (application.metadata.finalizers ?? []).filter((name) => !names.includes(name));
  const { name, namespace, resourceVersion } = application.metadata;
  const ref = { ...APPLICATION, name, ...(namespace === undefined ? {} : { namespace }) };
  const body = { metadata: { finalizers: left.length === 0 ? null : left, resourceVersion } };
  try {
    const written = await look.ports.cluster.patch(ref, 'application/merge-patch+json', body, {
      fieldManager: APPLICATION_MANAGER,
    });
    look.memory.written = written as Application;
  } catch (thrown) {
    if (!isStatusError(thrown, 404)) throw thrown;
  }
}

/**
 * Without a project nobody knows what the application may touch, so nothing is. A destination that does not exist holds
 * nothing either, and the Application may go.
 */
async function refuseDeletion(
  application: Application,
  look: Look,
  cascade: string | undefined,
): Promise<Outcome> {
  const { check } = look;
  if (check.ok) return {};
  if (check.projectMissing === undefined) {
    await release(application, look, [...(cascade === undefined ? [] : [cascade]), ...OWN_FINALIZERS]);
    return {};
  }
  const name = check.projectMissing;
  const message = `error getting app project "${name}": appproject.argoproj.io "${name}" not found`;
  await write(application, look, {
    comparison: undefined,
    invalid: check.condition,
    conditions: [{ type: 'DeletionError', message }],
    run: undefined,
    operation: undefined,
    refreshed: false,
    controlNamespace: look.ports.settings.namespace,
    now: look.ports.clock.now(),
  });
  return {};
}
