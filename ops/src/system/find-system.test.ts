import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findSystem } from './find-system.ts';

let folder: string;
let stackFile: { PUNCTUAL_STACK_FILE: string };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-ops-'));
  stackFile = { PUNCTUAL_STACK_FILE: join(folder, 'stack.json') };
  const postgres = { scheduling: 'postgres://s', payouts: 'postgres://p' };
  const stack = { gateway: 'http://here', nats: 'nats://here', issuer: 'http://127.0.0.1:9', postgres };
  await writeFile(stackFile.PUNCTUAL_STACK_FILE, JSON.stringify(stack));
});

afterEach(() => rm(folder, { recursive: true }));

test('findSystem finds the running stack when the environment names no system', async () => {
  const system = await findSystem(stackFile);
  expect(system.nats()).toEqual({ servers: ['nats://here'] });
  expect(system.database('payouts')).toBe('postgres://p');
  await expect(system.token()).rejects.toThrow('Is the stack still running?');
});

test('findSystem never mixes the environment and the running stack', async () => {
  const system = await findSystem({
    ...stackFile,
    NATS_URL: 'nats://a,nats://b',
    NATS_USER: 'ops',
    NATS_PASSWORD: 'x',
  });
  expect(system.nats()).toEqual({ servers: ['nats://a', 'nats://b'], user: 'ops', pass: 'x' });
  expect(() => system.gateway()).toThrow('PUNCTUAL_GATEWAY is not set.');
  expect(() => system.database('scheduling')).toThrow('SCHEDULING_DATABASE_URL is not set.');
});

test('findSystem names what is wrong in the environment or the stack file', async () => {
  await expect(findSystem({ NATS_URL: 'nats://a', STREAM_REPLICAS: 'three' })).rejects.toThrow(
    'STREAM_REPLICAS: must be a whole number from 1 to 5, in decimal digits',
  );
  await writeFile(stackFile.PUNCTUAL_STACK_FILE, '{"gateway":');
  await expect(findSystem(stackFile)).rejects.toThrow('is not a stack file');
});

test('findSystem says what to do when it finds no system', async () => {
  await rm(stackFile.PUNCTUAL_STACK_FILE);
  await expect(findSystem(stackFile)).rejects.toThrow('npm start');
});
