import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Issuer, startIssuer } from '../issuer.ts';
import { createStackFile, readRunningStack, type StackDescription, stackFilePath } from './stack-file.ts';

let folder: string;
let issuer: Issuer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-stack-file-'));
  issuer = await startIssuer();
});

afterEach(async () => {
  await issuer.stop();
  await rm(folder, { recursive: true });
});

const description = (pid: number): StackDescription => ({
  gateway: 'http://127.0.0.1:8080',
  scheduling: 'http://127.0.0.1:8081',
  reminders: 'http://127.0.0.1:8082',
  payouts: 'http://127.0.0.1:8083',
  nats: 'nats://127.0.0.1:4222',
  postgres: { scheduling: 'postgres://127.0.0.1/scheduling', payouts: 'postgres://127.0.0.1/payouts' },
  mongo: 'mongodb://127.0.0.1/reminders',
  issuer: issuer.issuer,
  jwks: issuer.jwksUrl,
  paymentProvider: 'manual',
  pids: { gateway: pid },
});

test('the last of many writes wins and readers never see a partial file', async () => {
  const path = join(folder, 'not-there-yet', 'stack.json');
  const file = createStackFile(path);
  await file.write(description(0));
  let writing = true;
  const writes = Promise.all(Array.from({ length: 50 }, (_, pid) => file.write(description(pid)))).then(() => {
    writing = false;
  });
  while (writing) expect(JSON.parse(await readFile(path, 'utf8'))).toHaveProperty('pids.gateway');
  await writes;
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(description(49));
  expect(await readdir(join(folder, 'not-there-yet'))).toEqual(['stack.json']);
});

test('a stack is found only while its issuer answers', async () => {
  const path = join(folder, 'stack.json');
  expect(await readRunningStack(path)).toBeUndefined();
  const file = createStackFile(path);
  await file.write(description(1));
  expect(await readRunningStack(path)).toMatchObject({ gateway: 'http://127.0.0.1:8080', issuer: issuer.issuer });
  await issuer.stop();
  expect(await readRunningStack(path)).toBeUndefined();
  issuer = await startIssuer();
});

test('a failed write blocks neither the next write nor the removal', async () => {
  const path = join(folder, 'stack.json');
  const file = createStackFile(path);
  const circular = description(1);
  Object.assign(circular.postgres, { again: circular });
  await expect(file.write(circular)).rejects.toThrow('circular');
  await file.write(description(2));
  await file.remove();
  expect(await readdir(folder)).toEqual([]);
});

test('the environment can set the file path', () => {
  expect(stackFilePath({ PUNCTUAL_STACK_FILE: '/elsewhere/stack.json' })).toBe('/elsewhere/stack.json');
  expect(stackFilePath({})).toMatch(/\.punctual\/stack\.json$/);
});
