import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Issuer, startIssuer } from '../issuer.ts';

const tokenProgram = fileURLToPath(new URL('token.ts', import.meta.url));
const sub = randomUUID();
let folder: string;
let issuer: Issuer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-token-'));
  issuer = await startIssuer();
  await writeStackFile('stack.json', issuer.jwksUrl);
  await writeStackFile('stale.json', 'http://127.0.0.1:9/jwks.json');
});

afterAll(async () => {
  await issuer.stop();
  await rm(folder, { recursive: true });
});

function writeStackFile(name: string, jwks: string): Promise<void> {
  return writeFile(
    join(folder, name),
    JSON.stringify({ gateway: 'http://127.0.0.1:8080', nats: 'nats://127.0.0.1:4222', issuer: issuer.issuer, jwks }),
  );
}

async function runToken(
  args: string[],
  file = 'stack.json',
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, PUNCTUAL_STACK_FILE: join(folder, file) };
  return promisify(execFile)(process.execPath, [tokenProgram, ...args], { env })
    .then((output) => ({ code: 0, ...output }))
    .catch((error) => error);
}

async function claimsOf(stdout: string) {
  const { payload } = await jwtVerify(stdout.trim(), createRemoteJWKSet(new URL(issuer.jwksUrl)), {
    currentDate: new Date(0),
  });
  return payload;
}

test('prints a token of the running stack and nothing else', async () => {
  const { code, stdout, stderr } = await runToken(['--role', 'customer', '--role', 'ops', '--sub', sub]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(await claimsOf(stdout)).toMatchObject({
    sub,
    roles: ['customer', 'ops'],
    iss: issuer.issuer,
    aud: issuer.audience,
  });
});

test('makes invalid tokens on request', async () => {
  const { stdout } = await runToken(['--role', 'ops', '--iss', 'somebody', '--aud', 'other', '--expires-in', '-60']);
  const claims = await claimsOf(stdout);
  expect(claims).toMatchObject({ iss: 'somebody', aud: 'other' });
  expect(Number(claims.exp) - Number(claims.iat)).toBe(-60);
});

test.each([
  ['no role', [], /--role is required/],
  ['an unknown role', ['--role', 'king'], /Unknown role king/],
  ['a sub that is no UUID', ['--role', 'ops', '--sub', 'me'], /not a UUID/],
  ['a fraction of a second', ['--role', 'ops', '--expires-in', '1.5'], /whole number/],
  ['an unknown flag', ['--role', 'ops', '--admin'], /--admin/],
])('refuses %s in one line', async (_what, args, reason) => {
  const { code, stdout, stderr } = await runToken(args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(reason);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test.each(['absent.json', 'stale.json'])('explains how to start a stack when %s finds none', async (file) => {
  const { code, stdout, stderr } = await runToken(['--role', 'ops'], file);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^No running stack .*npm start\n$/);
});
