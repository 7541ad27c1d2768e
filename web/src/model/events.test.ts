import { describe, expect, it } from 'vitest';
import { eventCount, eventTime, sortEvents } from './events.ts';

describe('events', () => {
  const old = { metadata: { name: 'b' }, lastTimestamp: '2026-01-01T00:00:00Z', count: 3 };
  const recent = { metadata: { name: 'a' }, lastTimestamp: null, eventTime: '2026-01-02T00:00:00.000000Z' };
  const series = {
    metadata: { name: 'c' },
    eventTime: '2026-01-01T00:00:00Z',
    series: { count: 9, lastObservedTime: '2026-01-03T00:00:00Z' },
  };

  it('come newest first, by whichever time they carry', () => {
    expect(sortEvents([old, recent, series]).map((event) => event.metadata.name)).toEqual(['c', 'a', 'b']);
    expect(eventTime({ metadata: { name: 'x' } })).toBe(0);
  });

  it('know how often they were seen', () => {
    expect([old, recent, series].map(eventCount)).toEqual([3, 1, 9]);
  });
});
