import { defineConfig } from 'vitest/config';

const project = (name: string, testTimeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
  },
});

export default defineConfig({
  test: {
    // All processors: by default Vitest leaves one of two to itself.
    maxWorkers: '100%',
    projects: [
      project('unit', 10_000),
      project('integration', 30_000),
      {
        test: {
          ...project('system', 300_000).test,
          // One machine, shared by all files: they take turns.
          fileParallelism: false,
          globalSetup: 'test/system/machine-setup.ts',
        },
      },
      {
        test: {
          ...project('journeys', 300_000).test,
          fileParallelism: false,
        },
      },
    ],
  },
});
