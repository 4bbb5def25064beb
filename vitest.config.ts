import { defineConfig } from 'vitest/config';

const project = (name: string, testTimeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    // Services are started there, on a host that may have other work.
    hookTimeout: 4 * testTimeout,
  },
});

export default defineConfig({
  test: {
    // All processors: by default Vitest leaves one to itself, and of two that is half.
    maxWorkers: '100%',
    projects: [
      project('unit', 10_000),
      {
        test: {
          ...project('integration', 60_000).test,
          globalSetup: 'test/integration/setup.ts',
        },
      },
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
          globalSetup: 'test/integration/setup.ts',
        },
      },
    ],
  },
});
