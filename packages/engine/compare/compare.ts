import { equalData } from '@plumbline/base';
import {
  keyText,
  type Difference,
  type KubeObject,
  type LiveObject,
  type Observation,
  type Question,
  type ResourceDifference,
  type Target,
  type TargetResource,
  type Verdict,
} from '@plumbline/api';
import { sameContent } from './normalise.ts';
import { appliedFields } from './owned.ts';
import { comparePair, type SchemaLookup } from './pair.ts';

export interface Comparison {
  readonly difference: Difference;
  /** What only the server can tell. Ask, and compare again with the verdicts under their ids. */
  readonly questions: readonly Question[];
}

/**
 * What is remembered between comparisons of one target, so that an object costs next to nothing while its two sides are
 * what they were. The caller keeps it beside the target and drops it with the target or a change of its policy.
 */
export type CompareMemo = Map<string, ResourceDifference>;

/**
 * Desired against live. Must only be called with a complete rendering: what a target owns and does not name is `extra`,
 * which is where pruning begins.
 */
export function compare(
  target: Target,
  observation: Observation,
  verdicts: ReadonlyMap<string, Verdict>,
  schemas: SchemaLookup,
  memo?: CompareMemo,
): Comparison {
  const steps = compareInSteps(target, observation, verdicts, schemas, memo);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Resources between two pauses: a few milliseconds of work at most. */
const stepSize = 50;

/** The same with pauses, so that a large target does not hold up everything else: others may run at each `yield`. */
export function* compareInSteps(
  target: Target,
  observation: Observation,
  verdicts: ReadonlyMap<string, Verdict>,
  schemas: SchemaLookup,
  memo?: CompareMemo,
): Generator<void, Comparison> {
  const resources: ResourceDifference[] = [];
  const questions: Question[] = [];
  const named = new Set<string>();
  const hooks = new Set<string>();
  for (const resource of target.resources) {
    const text = keyText(resource.key);
    if (resource.hook !== undefined) {
      hooks.add(text);
      continue;
    }
    if (named.has(text)) continue;
    named.add(text);
    const live = observation.objects.get(text);
    if (live === undefined) {
      resources.push({ key: resource.key, state: 'missing', desired: resource, fields: [] });
      continue;
    }
    const known = remembered(memo?.get(text), resource, live, target);
    const answer = known ?? comparePair({ target, resource, live, text }, verdicts, schemas, questions);
    if (answer.question === undefined) memo?.set(text, answer);
    resources.push(answer);
    if (resources.length % stepSize === 0) yield;
  }
  for (const [text, live] of observation.objects) {
    if (live.owner !== target.key || named.has(text)) continue;
    resources.push({ key: live.key, state: 'extra', live, fields: [] });
  }
  const synced = resources.every((resource) => !countsAgainstSync(resource, hooks));
  return { difference: { resources, synced }, questions };
}

function countsAgainstSync(resource: ResourceDifference, hooks: ReadonlySet<string>): boolean {
  if (resource.state === 'equal') return false;
  if (resource.state !== 'extra') return true;
  const marks = resource.live?.marks;
  return marks?.hook !== true && marks?.ignoreExtraneous !== true && !hooks.has(keyText(resource.key));
}

/** The last answer, if it holds: neither side has changed but for the live object's status and the server's bookkeeping. */
function remembered(
  last: ResourceDifference | undefined,
  desired: TargetResource,
  live: LiveObject,
  target: Target,
): ResourceDifference | undefined {
  if (last?.desired === undefined || last.live === undefined || last.desired.object !== desired.object)
    return undefined;
  if (last.live.object !== live.object && !sameMatter(last.live.object, live.object, desired, target))
    return undefined;
  return last.desired === desired && last.live === live ? last : { ...last, desired, live };
}

function sameMatter(a: KubeObject, b: KubeObject, desired: TargetResource, target: Target): boolean {
  if (target.policy.ignore.some((rule) => rule.managers.length > 0)) return false;
  if (desired.apply.mode !== 'server') return sameContent(a, b);
  const { fieldManager } = target;
  return sameContent(a, b) && equalData(appliedFields(a, fieldManager), appliedFields(b, fieldManager));
}
