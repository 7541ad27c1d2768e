import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Difference, ResourceDifference } from '@plumbline/api';
import {
  decideAutomation,
  healDelay,
  usualHealBackoff,
  type AutomationDecision,
  type AutomationInput,
} from '../index.ts';
import { configMap, live, resource } from '../test/targets.ts';

const changed: ResourceDifference = {
  key: resource(configMap('a')).key,
  state: 'changed',
  desired: resource(configMap('a')),
  live: live(configMap('a', {})),
  fields: [],
};
const extra: ResourceDifference = {
  key: live(configMap('b')).key,
  state: 'extra',
  live: live(configMap('b')),
  fields: [],
};
const differing = (...resources: readonly ResourceDifference[]): Difference => ({
  resources,
  synced: resources.length === 0,
});
const policy = { automated: true, prune: false, heal: false, allowEmpty: false };
const now = 1_000_000;

describe('a target that syncs by itself', () => {
  it.each<[string, Partial<AutomationInput>, AutomationDecision]>([
    ['acts on a change', {}, { type: 'run', heals: 0 }],
    [
      'does not where it is switched off',
      { policy: { ...policy, automated: false } },
      { type: 'rest', why: 'disabled' },
    ],
    ['rests when it is in sync', { difference: differing() }, { type: 'rest', why: 'synced' }],
    [
      'waits for the answers of the server',
      { difference: differing({ ...changed, question: 'q' }) },
      { type: 'rest', why: 'unsettled' },
    ],
    [
      'leaves what is extra where it must not prune',
      { difference: differing(extra) },
      { type: 'rest', why: 'onlyPrunes' },
    ],
    [
      'does not repeat what it did',
      { attempt: { succeeded: true, finishedAt: now, heals: 0 } },
      { type: 'rest', why: 'attempted' },
    ],
    [
      'does not repeat what failed',
      { policy: { ...policy, heal: true }, attempt: { succeeded: false, finishedAt: 0, heals: 0 } },
      { type: 'refuse', why: 'lastAttemptFailed' },
    ],
    [
      'does not delete everything',
      { policy: { ...policy, prune: true }, difference: differing(extra) },
      { type: 'refuse', why: 'wouldDeleteEverything' },
    ],
    [
      'deletes everything where that is allowed',
      { policy: { ...policy, prune: true, allowEmpty: true }, difference: differing(extra) },
      { type: 'run', heals: 0 },
    ],
    [
      'prunes one of two',
      { policy: { ...policy, prune: true }, difference: differing({ ...changed, state: 'equal' }, extra) },
      { type: 'run', heals: 0 },
    ],
    [
      'heals drift at once',
      { policy: { ...policy, heal: true }, attempt: { succeeded: true, finishedAt: now, heals: 0 } },
      { type: 'run', only: [changed.key], heals: 1 },
    ],
    [
      'heals it more slowly the next time',
      { policy: { ...policy, heal: true }, attempt: { succeeded: true, finishedAt: now - 500, heals: 1 } },
      { type: 'wait', until: now + 1_500 },
    ],
    [
      'forgets old fights',
      {
        policy: { ...policy, heal: true },
        attempt: { succeeded: true, finishedAt: now - 330_001, heals: 9 },
      },
      { type: 'run', only: [changed.key], heals: 1 },
    ],
  ])('%s', (_, more, expected) => {
    expect(decideAutomation({ policy, difference: differing(changed), now, ...more })).toEqual(expected);
  });

  it('never deletes everything without consent', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.nat(4), (heal, attempted, count) => {
        const decision = decideAutomation({
          policy: { automated: true, prune: true, heal, allowEmpty: false },
          difference: differing(...Array.from({ length: count + 1 }, () => extra)),
          now,
          ...(attempted ? { attempt: { succeeded: true, finishedAt: 0, heals: 0 } } : {}),
        });
        expect(decision.type).not.toBe('run');
      }),
    );
  });

  it('waits longer and longer, but not for ever', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 60].map((heals) => healDelay(usualHealBackoff, heals) / 1_000)).toEqual([
      0, 2, 6, 18, 54, 162, 300, 300,
    ]);
  });
});
