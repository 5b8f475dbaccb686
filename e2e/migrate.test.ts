import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import { serviceFolder } from '@punctual/devstack';
import { createTestLifecycle, eventually, runService, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTcpServer } from './tcp-server.ts';

const names = ['scheduling', 'reminders', 'payouts'] as const;
const variables = { scheduling: 'DATABASE_URL', payouts: 'DATABASE_URL', reminders: 'MONGO_URL' } as const;

describe.each(names)('the migration task of %s', (name) => {
  let environment: TestEnvironment;
  const own = () => ({ [variables[name]]: String(environment.env[variables[name]]) });

  beforeAll(async () => {
    const store = name === 'reminders' ? { mongo: true } : { postgres: true };
    environment = await testEnvironment({ ...store, nats: true, streams: true });
  });
  afterAll(() => environment.stop());

  test('prepares the store beside a second one, needs no other setting, and the service starts on the result', async () => {
    const tasks = [start(own()), start(own())];
    const ended = await Promise.all(tasks.map(({ exited }) => exited));
    expect(ended, (await Promise.all(tasks.map(({ output }) => output))).join()).toEqual([0, 0]);
    if (name !== 'reminders') expect(await countMigrations(environment.databaseUrl)).toBeGreaterThan(5);

    const service = await runService(name, { ...environment.env });
    try {
      await eventually(async () => expect((await fetch(`${service.url}/healthz/ready`)).status).toBe(200));
    } finally {
      service.kill('SIGTERM');
      expect(await service.exited).toBe(0);
    }
  });

  test('ends with 1 and the name of a missing setting', async () => {
    const task = start({});
    expect(await task.exited).toBe(1);
    expect(await task.output).toContain(`${variables[name]}: `);
  });

  test('ends with 1 on SIGTERM while the store is silent', async () => {
    const silent = await startTcpServer();
    const protocol = name === 'reminders' ? 'mongodb' : 'postgres';
    const task = start({ [variables[name]]: `${protocol}://${silent.address}/db` });
    await silent.connected;
    task.kill('SIGTERM');
    expect(await task.exited).toBe(1);
    silent.stop();
  });

  function start(env: Record<string, string>) {
    const child = spawn(process.execPath, ['--import', '@punctual/chassis/otel', 'src/migrate.ts'], {
      cwd: serviceFolder(name),
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return {
      exited: once(child, 'exit').then(([code, signal]) => code ?? signal),
      output: text(child.stdout),
      kill: (signal: NodeJS.Signals) => child.kill(signal),
    };
  }
});

async function countMigrations(url: string): Promise<number> {
  const lifecycle = createTestLifecycle();
  const database = await openDatabase({ url: parsePostgresUrl(url), poolSize: 2, migrations: [], lifecycle });
  const rows = await database.query('select from mikro_orm_migrations');
  await lifecycle.stop();
  return rows.length;
}
