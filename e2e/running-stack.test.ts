import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const demo = fileURLToPath(new URL('../packages/devstack/src/cli/demo.ts', import.meta.url));

let world: TestStack;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-running-stack-'));
  world = await startTestStack('running-stack');
});

afterAll(async () => {
  await world?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Describes a stack the way deploy/compose/stack.json describes the containers. */
async function describeStack(changes: Record<string, string> = {}): Promise<string> {
  const path = join(folder, 'stack.json');
  const { issuer, natsUrl } = world.environment;
  const { url: gateway } = world.stack.service('gateway');
  const description = { gateway, nats: natsUrl, issuer: issuer.issuer, jwks: issuer.jwksUrl, ...changes };
  await writeFile(path, JSON.stringify(description));
  return path;
}

test('the demo plays on a running stack and leaves it running', { timeout: 60_000 }, async () => {
  const { stdout } = await run(process.execPath, [demo, '--stack', await describeStack()]);
  expect(stdout).toContain('The journey succeeded');
  expect((await fetch(`${world.stack.service('gateway').url}/healthz/ready`)).status).toBe(200);
});

test('the demo fails and says so when no stack runs', async () => {
  const path = await describeStack({ jwks: 'http://127.0.0.1:9/keys' });
  const failed = run(process.execPath, [demo, '--stack', path]);
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`No running stack found at ${path}`),
  });
});
