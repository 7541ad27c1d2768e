import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveMarks } from '@plumbline/api';
import { consentMissing, pruneVerdict } from '../index.ts';
import { configMap, live, request } from '../test/targets.ts';

const marks = (prune: LiveMarks['prune']): LiveMarks => ({
  wave: 0,
  prune,
  pruneLast: false,
  ignoreExtraneous: false,
  hook: false,
});
const startedAt = 10_500;

describe('a deletion that needs consent', () => {
  it.each([
    ['waits for it', undefined, 1],
    ['is not content with an old one', 9_999, 1],
    ['takes one of the same second', 10_000, 0],
    ['takes a newer one', 99_000, 0],
  ])('%s', (_, deletionsApprovedAt, waiting) => {
    const asked = {
      ...request,
      prune: true,
      ...(deletionsApprovedAt === undefined ? {} : { deletionsApprovedAt }),
    };
    const prunes = [
      { key: live(configMap('a')).key, live: live(configMap('a'), { marks: marks('confirm') }) },
    ];
    expect(consentMissing(prunes, asked, startedAt)).toHaveLength(waiting);
  });

  it('happens only in a run that prunes, and never where it is forbidden', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.constantFrom<LiveMarks['prune']>('yes', 'no', 'confirm'), (prune, own) => {
        expect(pruneVerdict(marks(own), { ...request, prune }).prune).toBe(prune && own !== 'no');
      }),
    );
  });
});
