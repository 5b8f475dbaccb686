import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const fixture = fileURLToPath(new URL('fixtures/slow-load.ts', import.meta.url));

test.each(['SIGTERM', 'SIGINT'] as const)('%s during startup ends the process with code 0', async (signal) => {
  const child = spawn(process.execPath, ['--import', '@punctual/chassis/otel', fixture], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([0, null]);
});
