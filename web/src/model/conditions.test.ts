import { describe, expect, it } from 'vitest';
import { conditionTitle, conditionTone, messageParts } from './conditions.ts';

describe('messageParts', () => {
  it('finds files with and without a place in them', () => {
    const message =
      'failed to render apps/web/deploy.yaml:12:3: did not find key; see values.yaml and http://x.org/docs';
    expect(
      messageParts(message)
        .filter((part) => part.type === 'place')
        .map((part) => part.text),
    ).toEqual(['apps/web/deploy.yaml:12:3', 'values.yaml']);
    expect(
      messageParts(message)
        .map((part) => part.text)
        .join(''),
    ).toBe(message);
  });
});

describe('conditions', () => {
  it.each([
    ['ComparisonError', 'Comparison error', 'bad'],
    ['SharedResourceWarning', 'Shared resource warning', 'warn'],
  ])('reads %s', (type, title, tone) => {
    expect(conditionTitle(type)).toBe(title);
    expect(conditionTone({ type, message: '' })).toBe(tone);
  });
});
