import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { consumers } from '@punctual/contracts';
import { checkNatsConfig } from '@punctual/devstack';
import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { configurationPages } from './configuration.ts';
import { textOf } from './repository.ts';

const page = textOf('docs/deploy.md');
const ops = fileURLToPath(new URL('../../ops/src/main.ts', import.meta.url));

/** A block of code by what follows its fence: `conf nats.conf`. */
function block(title: string): string {
  const [, code] = page.split(`\`\`\`${title}\n`);
  if (code === undefined) throw new Error(`docs/deploy.md has no block ${title}`);
  return code.slice(0, code.indexOf('```'));
}

let environment: TestEnvironment;
let folder: string;
/** Stands for the files of authorities that the guide names. */
let authority: string;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  folder = await mkdtemp(join(tmpdir(), 'punctual-guide-'));
  authority = join(folder, 'ca.pem');
  await writeFile(authority, rootCertificates[0] ?? '');
});

afterAll(async () => {
  await environment.stop();
  await rm(folder, { recursive: true });
});

async function withDatabase<T>(url: string, action: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  return action(client).finally(() => client.end());
}

const shapes = Object.fromEntries(configurationPages.map(({ file, shape }) => [file.split('/').at(-2), shape]));
/** Read by `ops`, outside of the settings of streams. */
const addresses = /^(NATS_|(SCHEDULING|PAYOUTS)_DATABASE_URL)/;

test.each([
  ['gateway', ['gateway']],
  ['scheduling', ['scheduling']],
  ['payouts', ['payouts']],
  ['reminders', ['reminders']],
  ['console', ['console']],
  ['every service', ['gateway', 'scheduling', 'reminders', 'payouts']],
  ['ops', ['ops']],
])('the settings of the guide for %s are settings, with values that are accepted', (title, services) => {
  const lines = block(`sh ${title}`).trim().split('\n');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    const [, name = '', value] = /^([A-Z_]+?)(?:_FILE)?=(.+)$/.exec(line) ?? [];
    for (const service of services) {
      if (service === 'ops' && addresses.test(name)) continue;
      const setting = shapes[service]?.[name];
      expect(setting, `${service}: ${line}`).toBeInstanceOf(z.ZodType);
      if (line.includes('_FILE=')) continue;
      const present = value?.replaceAll(/\/run\/secrets\/[\w-]+\.pem/g, authority);
      expect((setting as z.ZodType).safeParse(present).error, line).toBeUndefined();
    }
  }
});

test('nats-server reads the configuration of the guide, and refuses a wrong one', { timeout: 300_000 }, async () => {
  const config = block('conf nats.conf');
  await checkNatsConfig(config);
  await expect(checkNatsConfig(config.replace('max_file_store', 'max_files'))).rejects.toThrow(/max_files/);
});

test('NATS flushes to the disk before it confirms, in the guide and in docker compose', () => {
  for (const config of [block('conf nats.conf'), textOf('deploy/nats/nats.conf')])
    expect(config).toMatch(/^[^#]*\bsync_interval: always\b/m);
});

test('PostgreSQL knows each setting of the guide', async () => {
  const names = [...block('conf postgresql.conf').matchAll(/^(\w+) = /gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(8);
  const { rows } = await withDatabase(environment.databaseUrl, (client) =>
    client.query('select name from pg_settings where name = any($1)', [names]),
  );
  expect(rows.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
});

test('the roles of the guide may create the extensions, and open no other database', async () => {
  const suffix = `_guide_${process.pid}`;
  const admin = new URL(environment.databaseUrl);
  const names = ['scheduling', 'payouts'].map((name) => name + suffix);
  const as = (role: string, database: string) => {
    const url = new URL(admin);
    Object.assign(url, { username: role, password: 'guide', pathname: `/${database}` });
    return url.href;
  };
  const [scheduling = '', payouts = ''] = names;
  const sql = block('sql')
    .replaceAll(/\b(scheduling|payouts)\b/g, `$1${suffix}`)
    .replaceAll("'…'", "'guide'");
  try {
    await withDatabase(admin.href, async (client) => {
      // One by one: a database is not created within a transaction.
      for (const statement of sql.split(';').filter((each) => each.trim() !== '')) await client.query(statement);
    });
    const extend = 'create extension btree_gist; create extension pg_trgm; create table t (id int)';
    await withDatabase(as(scheduling, scheduling), (client) => client.query(extend));
    await expect(withDatabase(as(payouts, scheduling), (client) => client.query('select 1'))).rejects.toThrow(
      'permission denied for database',
    );
  } finally {
    await withDatabase(admin.href, async (client) => {
      for (const name of names) {
        await client.query(`drop database if exists ${name} with (force)`);
        await client.query(`drop role if exists ${name}`);
      }
    });
  }
});

test('the commands of the guide exist', async () => {
  const commands = new Set([...page.matchAll(/npm run ops -- ([a-z-]+(?: [a-z]+)?)/g)].map(([, command]) => command));
  expect(commands.size).toBeGreaterThan(3);
  for (const command of commands) {
    const run = promisify(execFile)(process.execPath, [ops, ...(command ?? '').split(' '), '--help']);
    await expect(run, command).resolves.toBeDefined();
  }
  const durables: string[] = Object.values(consumers).map(({ durable }) => durable);
  for (const [, name = ''] of page.matchAll(/--consumer ([\w-]+)/g)) expect(durables).toContain(name);
});
