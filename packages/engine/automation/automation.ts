import type { Difference, ObjectKey, ResourceDifference, TargetPolicy } from '@plumbline/api';

/** How healing slows down where it does not help. Times are milliseconds. */
export interface HealBackoff {
  readonly duration: number;
  readonly factor: number;
  readonly maxDuration: number;
  /** After so long without healing the count begins anew. */
  readonly cooldown: number;
}

export const usualHealBackoff: HealBackoff = {
  duration: 2_000,
  factor: 3,
  maxDuration: 300_000,
  cooldown: 330_000,
};

/** The last run, if it tried to bring about what is wanted now. */
export interface Attempt {
  readonly succeeded: boolean;
  readonly finishedAt: number;
  /** How often in a row it was healed since. */
  readonly heals: number;
}

export interface AutomationInput {
  readonly policy: Pick<TargetPolicy, 'automated' | 'prune' | 'heal' | 'allowEmpty'>;
  readonly difference: Difference;
  readonly attempt?: Attempt;
  readonly now: number;
  readonly backoff?: HealBackoff;
}

export type AutomationDecision =
  | { readonly type: 'rest'; readonly why: 'disabled' | 'synced' | 'unsettled' | 'onlyPrunes' | 'attempted' }
  /** Nothing will happen by itself until what is wanted changes, and people should know. */
  | { readonly type: 'refuse'; readonly why: 'lastAttemptFailed' | 'wouldDeleteEverything' }
  | { readonly type: 'wait'; readonly until: number }
  /** A whole run, or with `only` the healing of what has drifted. */
  | { readonly type: 'run'; readonly only?: readonly ObjectKey[]; readonly heals: number };

/**
 * Whether a target brings itself in sync now. The same wanted state is tried once: what is still different afterwards is
 * drift, which is healed where the policy says so, more and more slowly; a failure needs a person or a change.
 */
export function decideAutomation(input: AutomationInput): AutomationDecision {
  const { policy, difference, attempt, now } = input;
  if (!policy.automated) return { type: 'rest', why: 'disabled' };
  if (difference.synced) return { type: 'rest', why: 'synced' };
  if (difference.resources.some((resource) => resource.question !== undefined))
    return { type: 'rest', why: 'unsettled' };
  const differing = difference.resources.filter(differs);
  if (!policy.prune && differing.every(isExtra)) return { type: 'rest', why: 'onlyPrunes' };
  if (attempt?.succeeded === false) return { type: 'refuse', why: 'lastAttemptFailed' };
  if (attempt !== undefined && !policy.heal) return { type: 'rest', why: 'attempted' };
  if (wouldDeleteEverything(policy, difference)) return { type: 'refuse', why: 'wouldDeleteEverything' };
  if (attempt === undefined) return { type: 'run', heals: 0 };
  const backoff = input.backoff ?? usualHealBackoff;
  const heals = now - attempt.finishedAt > backoff.cooldown ? 0 : attempt.heals;
  const until = attempt.finishedAt + healDelay(backoff, heals);
  if (until > now) return { type: 'wait', until };
  return { type: 'run', only: differing.map((resource) => resource.key), heals: heals + 1 };
}

/** The first heal comes at once, the second after the first step, each later one after a longer step. */
export function healDelay(backoff: HealBackoff, heals: number): number {
  if (heals <= 0) return 0;
  return Math.min(backoff.maxDuration, backoff.duration * backoff.factor ** (heals - 1));
}

/**
 * A run that would prune all there is needs a person or `allowEmpty`: an empty rendering is more often a mistake than a
 * wish. What hooks left does not count.
 */
export function wouldDeleteEverything(
  policy: Pick<TargetPolicy, 'prune' | 'allowEmpty'>,
  difference: Difference,
): boolean {
  if (!policy.prune || policy.allowEmpty) return false;
  const lasting = difference.resources.filter((resource) => resource.live?.marks?.hook !== true);
  return lasting.length > 0 && lasting.every(isExtra);
}

function isExtra(resource: ResourceDifference): boolean {
  return resource.state === 'extra';
}

function differs(resource: ResourceDifference): boolean {
  if (resource.state !== 'extra') return resource.state !== 'equal';
  const marks = resource.live?.marks;
  return marks?.hook !== true && marks?.ignoreExtraneous !== true;
}
