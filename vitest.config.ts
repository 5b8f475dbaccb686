import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '{packages,services,examples}/*/src/**/*.test.ts',
      '{packages,services,examples}/*/test/**/*.test.ts',
      '{e2e,ops,drills}/**/*.test.ts',
    ],
    globalSetup: '@punctual/devstack/vitest-setup',
    reporters: ['default', '@punctual/devstack/vitest-reporter'],
    // Processes, not threads: tests start servers and services, send signals and read the environment.
    pool: 'forks',
    testTimeout: 60_000,
    // Faults are real, and so are slow minutes of a shared machine: in CI what fails once is asked once more, and the log says so.
    retry: process.env.CI ? 1 : 0,
    // What follows by events is waited for, on a busy machine too.
    expect: { poll: { timeout: 15_000 } },
    // The first file of the first run on a machine waits until the servers are built.
    hookTimeout: 300_000,
  },
});
