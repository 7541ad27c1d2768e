import { defineConfig } from 'vitest/config';

// Journeys through the built product: one at a time, because each measures and each has processes of its own.
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
