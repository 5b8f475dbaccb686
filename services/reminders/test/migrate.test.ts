import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';

let environment: TestEnvironment;

beforeAll(async () => {
  environment = await testEnvironment({ mongo: true });
});
afterAll(() => environment.stop());

test('the migration task creates the indexes', async () => {
  const { PATH } = process.env;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const env = { PATH, MONGO_URL: environment.mongoUrl };
  await promisify(execFile)(process.execPath, ['src/migrate.ts'], { cwd, env });
  const client = new MongoClient(environment.mongoUrl);
  const indexes = await client.db().collection('assignments').indexes();
  await client.close();
  expect(indexes.map(({ name }) => name)).toContain('unsettled');
});
