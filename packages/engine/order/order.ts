import { isRecord } from '@plumbline/base';
import type { KubeObject, Phase } from '@plumbline/api';
import { kindRank } from './kinds.ts';
import { taskId, type Task } from './types.ts';

const phaseRanks: Readonly<Record<Phase, number>> = { before: 0, main: 1, after: 2, onFailure: 3 };

/** By phase, wave, kind and name; prunes in mirrored waves; namespaces and definitions before their first user. */
export function orderTasks(tasks: readonly Task[], pruneLast: boolean): readonly Task[] {
  const sorted = pruneWaves(tasks, pruneLast).toSorted(compareTasks);
  const withNamespaces = dependenciesFirst(sorted, 'Namespace', namespaceNeeds);
  return dependenciesFirst(withNamespaces, 'CustomResourceDefinition', definitionNeeds);
}

export function compareTasks(a: Task, b: Task): number {
  return (
    phaseRanks[a.phase] - phaseRanks[b.phase] ||
    a.wave - b.wave ||
    kindRank(a.key.kind) - kindRank(b.key.kind) ||
    compareText(a.key.name, b.key.name) ||
    compareText(a.key.group, b.key.group) ||
    compareText(a.key.kind, b.key.kind) ||
    compareText(a.key.namespace, b.key.namespace)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What was made first goes last: the waves that prunes are in are mirrored among themselves, so that pruning stays
 * between the same applies. Prunes that are to come last get a wave of their own after the others of the main phase.
 */
function pruneWaves(tasks: readonly Task[], pruneLast: boolean): readonly Task[] {
  const waves = [...new Set(tasks.filter(isPrune).map((task) => task.wave))].toSorted((a, b) => a - b);
  if (waves.length === 0) return tasks;
  const mirror = new Map(waves.map((wave, i) => [wave, waves[waves.length - 1 - i] ?? wave]));
  const mirrored = tasks.map((task) =>
    isPrune(task) ? { ...task, wave: mirror.get(task.wave) ?? task.wave } : task,
  );
  const main = mirrored.filter((task) => task.phase === 'main');
  const last = main.reduce((highest, task) => Math.max(highest, task.wave), 0) + 1;
  return mirrored.map((task) =>
    isPrune(task) && (pruneLast || task.live?.marks?.pruneLast === true) ? { ...task, wave: last } : task,
  );
}

export function isPrune(task: Task): boolean {
  return task.resource === undefined;
}

/** What an object provides to others, or what it needs from others; undefined: neither. */
type Needs = (object: KubeObject) => { readonly provides: string } | { readonly needs: string } | undefined;

function namespaceNeeds(object: KubeObject): ReturnType<Needs> {
  if (object.kind === 'Namespace' && object.apiVersion === 'v1') return { provides: object.metadata.name };
  const { namespace } = object.metadata;
  return namespace === undefined || namespace === '' ? undefined : { needs: namespace };
}

function definitionNeeds(object: KubeObject): ReturnType<Needs> {
  const defined = definedKind(object);
  if (defined !== undefined) return { provides: defined };
  const slash = object.apiVersion.indexOf('/');
  return { needs: `${slash < 0 ? '' : object.apiVersion.slice(0, slash)}/${object.kind}` };
}

/** `group/kind` that a CustomResourceDefinition defines. */
export function definedKind(object: KubeObject): string | undefined {
  if (object.kind !== 'CustomResourceDefinition' || !object.apiVersion.startsWith('apiextensions.k8s.io/'))
    return undefined;
  const spec = object['spec'];
  if (!isRecord(spec) || !isRecord(spec['names'])) return undefined;
  return `${String(spec['group'])}/${String(spec['names']['kind'])}`;
}

/** Moves what others need (objects of one kind) before the first that needs it, into that one's phase and wave. */
function dependenciesFirst(tasks: readonly Task[], provider: string, needsOf: Needs): readonly Task[] {
  if (!tasks.some((task) => task.key.kind === provider)) return tasks;
  const result: Task[] = [];
  const firstUse = new Map<string, number>();
  let moved = false;
  for (const task of tasks) {
    const found = task.resource === undefined ? undefined : needsOf(task.resource.object);
    if (found === undefined) {
      result.push(task);
    } else if ('needs' in found) {
      if (!firstUse.has(found.needs)) firstUse.set(found.needs, result.length);
      result.push(task);
    } else {
      const index = firstUse.get(found.provides);
      const user = index === undefined ? undefined : result[index];
      if (index === undefined || user === undefined) {
        result.push(task);
        continue;
      }
      const { phase, wave } = user;
      result.splice(index, 0, { ...task, phase, wave, id: taskId(phase, task.key) });
      for (const [name, at] of firstUse) if (at >= index) firstUse.set(name, at + 1);
      moved = true;
    }
  }
  return moved ? result : tasks;
}
