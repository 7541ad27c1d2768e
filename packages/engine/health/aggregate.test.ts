import { describe, expect, it } from 'vitest';
import type { Health } from '@plumbline/api';
import { aggregateHealth, type Part } from '../index.ts';

const is = (status: Health): Part => ({ live: true, health: { status } });
const absent: Part = { live: false };
const plain: Part = { live: true };

describe('the health of a whole', () => {
  it.each<[string, readonly Part[], Health]>([
    ['of nothing', [], 'Healthy'],
    ['of what has no health', [plain], 'Healthy'],
    ['is the worst of its parts', [is('Healthy'), is('Degraded'), is('Progressing')], 'Degraded'],
    ['prefers suspended to healthy', [is('Suspended'), is('Healthy')], 'Suspended'],
    ['takes the unknown for the worst', [is('Unknown'), is('Degraded')], 'Unknown'],
    ['does not mind a part that is not there', [is('Healthy'), absent], 'Healthy'],
    ['is missing where nothing is there', [absent, absent], 'Missing'],
  ])('%s', (_, parts, expected) => {
    expect(aggregateHealth(parts)).toBe(expected);
  });
});
