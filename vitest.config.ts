import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '{packages,services,examples}/*/src/**/*.test.ts',
      '{packages,services,examples}/*/test/**/*.test.ts',
      '{bench,e2e,ops,drills,scripts}/**/*.test.ts',
    ],
    globalSetup: '@punctual/testkit/vitest-setup',
    reporters: ['default', '@punctual/testkit/vitest-reporter'],
    // Processes, not threads: tests start services, send signals and read the environment.
    pool: 'forks',
    // Tests wait more than they compute, so three files share two cores well. vitest would run one.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    testTimeout: 60_000,
    // As long as `eventually` waits: the default of a second is too short on a busy machine.
    expect: { poll: { timeout: 30_000, interval: 25 } },
    // The first file of the first run on a machine waits until the servers are built.
    hookTimeout: 300_000,
  },
});
