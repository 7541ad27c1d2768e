import { describe, expect, it } from 'vitest';
import { retryDelay } from '../index.ts';
import { table } from '../test/conformance.ts';

describe('the wait before a retry', () => {
  it.each([
    [{}, 0, 5_000],
    [{}, 3, 40_000],
    [{}, 1_000, 180_000],
    [{ duration: 2_000, factor: 3, maxDuration: 60_000 }, 2, 18_000],
    [{ duration: 1_000, factor: 1 }, 50, 1_000],
  ])('%j after %i retries', (backoff, count, expected) => {
    expect(retryDelay(backoff, count)).toBe(expected);
  });
});

interface RetryCase {
  readonly name: string;
  readonly retry: {
    readonly backoff?: { readonly duration: string; readonly factor: number; readonly maxDuration: string };
  };
  readonly retryCount: number;
  readonly expectedDelaySeconds: number;
}

const ms = (text: string) => Number.parseInt(text, 10) * (text.endsWith('m') ? 60_000 : 1_000);
const cases = table<RetryCase>('argocd/sync/retry.jsonl');

describe.skipIf(cases === undefined)('recorded waits', () => {
  it.each((cases ?? []).map((each) => [each.name, each] as const))(
    '%s',
    (_, { retry, retryCount, expectedDelaySeconds }) => {
      const { backoff } = retry;
      const read =
        backoff === undefined
          ? {}
          : { duration: ms(backoff.duration), factor: backoff.factor, maxDuration: ms(backoff.maxDuration) };
      expect(retryDelay(read, retryCount)).toBe(expectedDelaySeconds * 1_000);
    },
  );
});
