import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    // What is tested is today's code, also where it was compiled ahead.
    globalSetup: ['scripts/compile-ahead.mjs'],
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    testTimeout: 60_000,
    // Loading the oracle, kit and the emitted modules once a worker, not once a file, halves the time.
    pool: 'threads',
    maxWorkers: '100%',
    isolate: false,
  },
});
