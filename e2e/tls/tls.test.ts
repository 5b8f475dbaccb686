import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { confirm, eventually, giveJob, propose } from '@punctual/testkit';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTlsServers, type TlsServers } from './tls-stack.ts';

let servers: TlsServers;

beforeAll(async () => {
  servers = await startTlsServers();
});

afterAll(() => servers.stop());

test('a booking works with TLS to NATS, PostgreSQL, MongoDB, the issuer and between the services', async () => {
  const stack = await servers.start('ours', 'ours');
  try {
    const visit = await giveJob(await stack.user('customer'), await stack.user('provider'));
    await propose(visit);
    await confirm(visit);
    // It has been through NATS to payouts and reminders, whose stores are read by their own routes.
    const params = { id: visit.assignmentId };
    const payout = await eventually(() => visit.provider.getAssignmentPayout({ params }));
    expect(payout.status).toBe('PENDING');
    await eventually(async () => {
      const { items } = await visit.provider.listReminders({ params });
      expect(items.filter(({ state }) => state === 'PLANNED')).toHaveLength(2);
    });
    for (const [name, front] of Object.entries(servers.fronts)) expect(front.connections(), name).toBeGreaterThan(0);
    const database = new pg.Client(servers.postgresUrl);
    await database.connect();
    const { rows } = await database.query(
      `select ssl, count(*)::int from pg_stat_ssl join pg_stat_activity using (pid)
        where datname in ('scheduling_ours', 'payouts_ours') group by ssl`,
    );
    await database.end();
    expect(rows).toEqual([{ ssl: true, count: expect.any(Number) }]);
  } finally {
    await stack.stop();
  }
});

test('a service that does not know the authority uses neither NATS nor the issuer, and says why', async () => {
  const stack = await servers.start('strange', 'strange');
  try {
    const customer = await stack.user('customer');
    const reply = await customer.request('GET /jobs');
    expect(reply).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    const log = await readFile(join(stack.logDir, 'scheduling.log'), 'utf8');
    const line = log.split('\n').find((each) => each.includes('NATS is unavailable')) ?? '';
    expect(line).toMatch(/certificate/);
  } finally {
    await stack.stop();
  }
});
