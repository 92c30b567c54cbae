import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
        test: {
          name: 'unit',
          globalSetup: 'test/relay/set-up.ts',
          environment: 'node',
          include: ['test/**/*.test.{ts,tsx}'],
          setupFiles: ['test/tools/seed.ts'],
          exclude: ['test/e2e/**', 'test/asterisk/**'],
          // Most of the time these wait for a pretended PBX: more of them than processors are played at once.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'e2e',
          globalSetup: 'test/relay/set-up.ts',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Each file starts browsers of its own: one at a time, or timings on a small machine mean nothing.
          fileParallelism: false,
          maxWorkers: 1,
          // Shared machines stall for seconds at times. What fails twice in a row fails; the report names what was tried again.
          retry: 1,
        },
      },
      {
        // Needs a real Asterisk: `npm run test:asterisk`.
        test: {
          name: 'asterisk',
          environment: 'node',
          include: ['test/asterisk/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          maxWorkers: 1,
          retry: 1,
        },
      },
    ],
  },
});
