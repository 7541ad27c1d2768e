import type { Application, ApplicationCondition, LiveObject, ObjectKey } from '@plumbline/api';
import { isStatusError } from '@plumbline/kube';
import type { Outcome } from '../runtime/index.ts';
import { compareApplication, unknownComparison } from './comparison.ts';
import type { CompareInput } from './comparison.ts';
import type { Comparison } from './standing.ts';
import { loadDesired } from './desired.ts';
import { asksBeforeDeletion, staysOnDeletion, waveOf } from './directives.ts';
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

/** Takes an application's objects away, the last wave first, and then lets the Application go. */
export async function deleteApplication(application: Application, look: Look): Promise<Outcome> {
  const held = application.metadata.finalizers ?? [];
  const cascade = held.find((name) => CASCADE[name] !== undefined);
  const hooks = held.filter((name) => OWN_FINALIZERS.includes(name));
  if (cascade === undefined) {
    if (hooks.length > 0) await release(application, look, hooks);
    return {};
  }
  if (!look.check.ok) return refuseDeletion(application, look, cascade);
  const { value: spec } = look.check;
  const input = inputOf(application, look, spec);
  const hooked = await preDelete(application, look, input, spec);
  if (hooked !== undefined) return hooked;
  const left = deletable(input, spec);
  if (left.length === 0) {
    await release(application, look, [cascade, ...hooks]);
    return {};
  }
  let problem: ApplicationCondition | undefined;
  if (!approvalMissing(application, left))
    problem = await deleteWave(left, CASCADE[cascade] ?? 'Foreground', look);
  const comparison = await compareNow(input, spec, look);
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
  // Whatever goes is heard of; what was refused is tried again.
  return problem === undefined ? {} : { wakeUp: 5_000 };
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
    observer: { live: ports.cluster.live, overlay: memory.overlay, health: ports.health },
    cluster: ports.cluster,
  };
}

async function compareNow(input: CompareInput, spec: ValidSpec, look: Look): Promise<Comparison> {
  const wanted = await loadDesired(
    { sources: spec.sources, refresh: false, application: input.application.metadata.name },
    look.ports.sources,
    look.ports.render,
  );
  return wanted.ok ? compareApplication(input, wanted.value) : unknownComparison(input, wanted.message);
}

/**
 * What has to go: what carries the application's own mark and what its project lets it touch. Definitions stay, because
 * everybody's objects of their kinds would go with them.
 */
function deletable(input: CompareInput, spec: ValidSpec): readonly LiveObject[] {
  const observation = observe(input.observer, input.instance, undefined);
  return [...observation.objects.values()].filter(({ key, object, owner }) => {
    if (owner !== input.instance || key.kind === 'CustomResourceDefinition') return false;
    if (staysOnDeletion(object) || isItself(key, input.application)) return false;
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

/** PreDelete hooks run first, and what they make goes with the rest. They run once: a hook that is there has run. */
async function preDelete(
  application: Application,
  look: Look,
  input: CompareInput,
  spec: ValidSpec,
): Promise<Outcome | undefined> {
  if (application.metadata.finalizers?.includes(finalizers.preDelete) !== true) return undefined;
  const { compiled } = await compareNow(input, spec, look);
  if (compiled === undefined) return { wakeUp: 5_000 };
  const hooks = compiled.preDelete.map((hook) => ({ ...hook, object: withoutFinalizer(hook.object) }));
  const present = observe(input.observer, input.instance, { ...compiled.target, resources: hooks });
  const missing = hooks.filter(({ key }) => present.objects.get(idOf(key)) === undefined);
  const results = await look.executor.run(
    missing.map((resource, index) => ({
      id: `${index}`,
      type: 'apply',
      resource,
      force: false,
      dryRun: false,
    })),
  );
  for (const result of results.values()) {
    if (!result.ok) return { wakeUp: 5_000 };
  }
  const after = observe(input.observer, input.instance, { ...compiled.target, resources: hooks });
  const states = hooks.map(({ key }) => after.objects.get(idOf(key))?.health?.status ?? 'Healthy');
  if (!states.every((state) => state === 'Healthy')) return {};
  await release(application, look, [finalizers.preDelete]);
  return { wakeUp: 0 };
}

function idOf(key: ObjectKey): string {
  return `${key.group}/${key.kind}/${key.namespace}/${key.name}`;
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
async function refuseDeletion(application: Application, look: Look, cascade: string): Promise<Outcome> {
  const { check } = look;
  if (check.ok) return {};
  if (check.projectMissing === undefined) {
    await release(application, look, [cascade, ...OWN_FINALIZERS]);
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
