import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

let stack: TestStack;
let folder: string;
let stackFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-dev-'));
  stackFile = join(folder, 'stack.json');
  stack = await startTestStack('dev');
  const { urls, nats, postgres, mongo, issuer } = stack.stack.addresses;
  const servers = { nats, postgres, mongo, issuer: issuer.issuer, jwks: issuer.jwksUrl };
  await writeFile(stackFile, JSON.stringify({ ...urls, ...servers }));
});

afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Starts `npm run dev` for scheduling, in a process group that the test ends as a whole. */
function startDev(environment: Record<string, string>) {
  const child = spawn('npm', ['run', 'dev', '-w', 'services/scheduling'], {
    cwd: root,
    env: { ...process.env, LOG_LEVEL: 'info', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const exited = once(child, 'exit');
  const { pid } = child;
  return {
    output: () => output,
    exited,
    stop: async () => {
      if (child.exitCode === null && pid !== undefined) process.kill(-pid, 'SIGTERM');
      await exited;
    },
  };
}

test('npm run dev serves beside the running stack and restarts when a file changes', { timeout: 120_000 }, async () => {
  const dev = startDev({ PUNCTUAL_STACK_FILE: stackFile });
  try {
    const url = await eventually(() => {
      const found = /http:\/\/[\d.]+:\d+/.exec(dev.output())?.[0];
      if (!found) throw new Error(dev.output());
      return found;
    });
    const isReady = async () => expect((await fetch(`${url}/healthz/ready`)).status).toBe(200);
    await eventually(isReady);

    const now = new Date();
    await utimes(join(root, 'services/scheduling/src/main.ts'), now, now);
    await eventually(() => expect(dev.output()).toContain('Restarting'));
    await eventually(isReady);
  } finally {
    await dev.stop();
  }
});

test('npm run dev without a running stack fails in one line', async () => {
  const dev = startDev({ PUNCTUAL_STACK_FILE: join(folder, 'none.json') });
  expect(await dev.exited).toEqual([1, null]);
  expect(dev.output()).toMatch(/^No running stack \(.*\)\. Start one with: npm start\n$/);
});
