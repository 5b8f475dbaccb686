import { startService } from '@punctual/chassis';
import { createDatabase, startTlsPostgres, type TlsPostgres } from '@punctual/devstack';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scheduling as definition } from '../src/app.ts';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let postgres: TlsPostgres;
/** `verify-full`, and an authority that only this server has. */
let databaseUrl: string;
let scheduling: SchedulingService;
let neighbours: Neighbours;

beforeAll(async () => {
  postgres = await startTlsPostgres();
  databaseUrl = await createDatabase(postgres.url, 'scheduling');
  scheduling = await startScheduling({ DATABASE_URL: databaseUrl });
  neighbours = await joinNeighbours(scheduling.environment);
});

afterAll(async () => {
  await neighbours.stop();
  await scheduling.stop();
  await postgres.stop();
});

test('a command works with sslmode verify-full on a PostgreSQL that requires TLS', async () => {
  const { customer, job, assignment } = await scheduling.giveJob();
  expect((await customer.post(`/jobs/${job.id}/schedule`, windowIn(24 * 60))).status).toBe(200);
  expect(await neighbours.published(assignment.id, 1)).toHaveLength(1);

  const seen = await sessions();
  expect(seen.length).toBeGreaterThan(1);
  for (const session of seen) expect(session).toMatchObject({ ssl: true });
});

describe('is refused with its reason and without a plaintext attempt', () => {
  test.each<[string, (url: URL) => void, RegExp]>([
    [
      'an authority that has not signed the certificate',
      (url) => url.searchParams.set('sslrootcert', postgres.certificates.strangeRootCert),
      /TLS to localhost:\d+ failed: self-signed certificate in certificate chain/,
    ],
    [
      'no authority, so those of Node',
      (url) => url.searchParams.delete('sslrootcert'),
      /TLS to localhost:\d+ failed: self-signed certificate in certificate chain/,
    ],
    ['a host that has another name', (url) => (url.hostname = '127.0.0.1'), /TLS to 127.0.0.1:\d+ failed: .*IP/],
    [
      'verify-ca without that authority',
      (url) => {
        url.searchParams.set('sslmode', 'verify-ca');
        url.searchParams.set('sslrootcert', postgres.certificates.strangeRootCert);
      },
      /TLS to localhost:\d+ failed/,
    ],
    [
      'require, which checks an authority that is given',
      (url) => {
        url.searchParams.set('sslmode', 'require');
        url.searchParams.set('sslrootcert', postgres.certificates.strangeRootCert);
      },
      /TLS to localhost:\d+ failed/,
    ],
    ['sslmode disable', (url) => url.searchParams.set('sslmode', 'disable'), /no pg_hba.conf entry .*no encryption/],
  ])('%s', async (_what, change, reason) => {
    await expect(start(changed(change))).rejects.toThrow(reason);
  });
});

describe('is accepted:', () => {
  test.each<[string, (url: URL) => void]>([
    [
      'verify-ca with another name',
      (url) => {
        url.hostname = '127.0.0.1';
        url.searchParams.set('sslmode', 'verify-ca');
      },
    ],
    ...['require', 'prefer', 'allow', ''].map((mode): [string, (url: URL) => void] => [
      `sslmode '${mode}' without an authority`,
      (url) => {
        url.searchParams.delete('sslrootcert');
        url.searchParams.set('sslmode', mode);
      },
    ]),
    [
      'SCRAM bound to its channel, and TLS from the first byte',
      (url) => {
        url.searchParams.set('channel_binding', 'require');
        url.searchParams.set('sslnegotiation', 'direct');
      },
    ],
  ])('%s', async (_what, change) => {
    const service = await start(changed(change));
    await service.stop();
  });

  test('a client certificate instead of a password', async () => {
    const admin = new Client(databaseUrl);
    await admin.connect();
    await admin.query('create role certified superuser login');
    await admin.end();
    const { clientCert, clientKey } = postgres.certificates;
    const url = changed((url) => {
      url.username = 'certified';
      url.password = '';
      url.searchParams.set('sslcert', clientCert);
      url.searchParams.set('sslkey', clientKey);
    });
    const service = await start(url);
    await service.stop();
  });
});

function changed(change: (url: URL) => void): string {
  const url = new URL(databaseUrl);
  change(url);
  return url.href;
}

function start(url: string) {
  return startService(definition, { ...scheduling.environment.env, LOG_LEVEL: 'silent', DATABASE_URL: url });
}

/** The connections of the service, as PostgreSQL sees them. */
async function sessions(): Promise<{ name: string; ssl: boolean }[]> {
  const client = new Client(databaseUrl);
  await client.connect();
  const { rows } = await client.query(`select application_name as name, ssl from pg_stat_ssl
    join pg_stat_activity using (pid) where datname = 'scheduling' and pid <> pg_backend_pid()`);
  await client.end();
  return rows;
}
