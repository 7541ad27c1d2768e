import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'testkit/**/*.test.ts', 'tools/**/*.test.ts', 'web/**/*.test.{ts,tsx}'],
    testTimeout: 20_000,
    pool: 'forks',
    // No module keeps state, so files share what was loaded: half of the time was loading.
    isolate: false,
    // By default one processor is left alone, which on a small machine is half of it.
    maxWorkers: '100%',
  },
});
