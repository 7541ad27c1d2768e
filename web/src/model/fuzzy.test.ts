import { describe, expect, it } from 'vitest';
import { fuzzyMatch } from './fuzzy.ts';

describe('fuzzyMatch', () => {
  it('matches everything for an empty search', () => {
    expect(fuzzyMatch('guestbook', '  ')).toEqual({ score: 0, positions: [] });
  });

  it('finds letters in order and says where', () => {
    expect(fuzzyMatch('payments-api', 'payapi')?.positions).toEqual([0, 1, 2, 9, 10, 11]);
    expect(fuzzyMatch('payments-api', 'ipa')).toBeUndefined();
  });

  it('needs every word', () => {
    expect(fuzzyMatch('payments-api-prod', 'prod pay')).toBeDefined();
    expect(fuzzyMatch('payments-api-prod', 'prod zzz')).toBeUndefined();
  });

  it('ranks a whole word above a beginning of letters scattered about', () => {
    const whole = fuzzyMatch('web-api', 'api')?.score ?? 0;
    const inside = fuzzyMatch('rapid', 'api')?.score ?? 0;
    const apart = fuzzyMatch('a-pretty-inbox', 'api')?.score ?? 0;
    expect(whole).toBeGreaterThan(inside);
    expect(inside).toBeGreaterThan(apart);
  });

  it('refuses letters that are far apart, which would match nearly anything', () => {
    expect(fuzzyMatch('analytics-production-eu-west-pipeline-ingress', 'ags')).toBeUndefined();
  });
});
