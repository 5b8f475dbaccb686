import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AssignmentPage, JobPage, PayoutPage, PayoutSummary, Role } from '@punctual/contracts';
import { type ServiceName, serviceFolder } from '@punctual/devstack';
import {
  createJourney,
  createUser,
  eventually,
  type Journey,
  propose,
  startTestStack,
  type TestStack,
  type TestUser,
  timezone,
} from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CheckedOut, checkOut } from '../versions/check-out.ts';
import { MissingRelease, readReleases } from '../versions/releases.ts';
import { type SqlService, schemas, sqlServices } from './migrations.ts';

const first = await checkOutFirst();

describe.skipIf(!first)('a database that 1.0.0 has made and filled', () => {
  const now = { scheduling: true, payouts: true };
  let world: TestStack;
  let journey: Journey;
  let databases: Record<SqlService, Client>;
  let manager: TestUser;

  // The contract is that of this release, so responses of 1.0.0 are not compared with it.
  const user = async (role: Role, { id = randomUUID() }: { id?: string } = {}) => {
    const token = await world.environment.token(role, id);
    return createUser({ id, url: world.stack.addresses.urls.gateway, token, fetch: globalThis.fetch });
  };

  beforeAll(async () => {
    now.scheduling = now.payouts = false;
    const folder = (name: ServiceName) =>
      name in now && !now[name as SqlService] && first ? first.serviceFolder(name) : serviceFolder(name);
    world = await startTestStack('migrations', { folder });
    journey = await createJourney({ ...world, user });
    manager = await user('ops');
    databases = {
      scheduling: await connect(world.databases.scheduling),
      payouts: await connect(world.databases.payouts),
    };
  });
  afterAll(async () => {
    for (const each of Object.values(databases ?? {})) await each.end();
    await world?.stop();
  });

  async function restart(service: SqlService, isNow: boolean): Promise<void> {
    await world.stack.service(service).stop();
    now[service] = isNow;
    await world.stack.service(service).start();
  }

  const rows = async (service: SqlService, sql: string) => (await databases[service].query(sql)).rows;

  /** What has come about so far: by whichever release. */
  const made: { providers: TestUser[]; released: string[] } = { providers: [], released: [] };

  async function live(): Promise<void> {
    const visit = await journey.confirmed();
    made.providers.push(visit.provider);
    await journey.payoutOf(visit, 'PENDING');
    await Promise.all([journey.awaitingApproval(90_000), journey.awaitingApproval(), journey.approved()]);
    await journey.blocked();
    made.released.push(await releaseAndInvite());
  }

  /** The provider rejects, and the next one of the queue is invited. */
  async function releaseAndInvite(): Promise<string> {
    const { customer } = journey;
    const provider = await user('provider');
    const body = {
      ...{ title: 'Paint the hall', timezone, price: { amountMinor: 100, currency: 'EUR' } },
      ...{ rejectionPolicy: 'INVITE_NEXT' as const, providerQueue: [randomUUID()] },
    };
    const job = await customer.createJob({ body });
    const given = await customer.createAssignment({ params: { id: job.id }, body: { providerId: provider.id } });
    await propose({ customer, provider, jobId: job.id, assignmentId: given.id });
    const rejected = await provider.request(`POST /assignments/${given.id}/reject`, {
      body: { reason: 'I am ill', scope: 'assignment' },
    });
    expect(rejected.status).toBe(200);
    return given.id;
  }

  /** What this release answers, which must hold whatever has been filled. */
  async function expectRight(): Promise<void> {
    for (const provider of made.providers) {
      const { body } = await provider.request<JobPage>('GET /jobs');
      expect(body.items.length, 'jobs of a provider').toBe(1);
    }
    const [{ sums }] = await rows(
      'payouts',
      `select json_object_agg(status, n) as sums from (
        select status, json_build_array(count(*), sum(amount_minor)) as n from payout group by status) as each`,
    );
    const { body: summary } = await journey.finance.request<PayoutSummary>('GET /payouts/summary');
    expect(Object.fromEntries(summary.items.map((each) => [each.status, [each.count, each.amountMinor]]))).toEqual(
      sums,
    );
    const waiting = await journey.finance.request<PayoutPage>(
      'GET /payouts?status=AWAITING_APPROVAL&sort=waitingSince',
    );
    const expected = await rows(
      'payouts',
      `select id from payout where status = 'AWAITING_APPROVAL' order by (select max(at) from payout_timeline item
        where item.payout_id = payout.id and item.after ->> 'status' = 'AWAITING_APPROVAL'), id`,
    );
    expect(waiting.body.items.map(({ id }) => ({ id }))).toEqual(expected);
    const all = await manager.request<AssignmentPage>(`GET /assignments?ids=${made.released.join()}`);
    for (const each of all.body.items)
      expect(each, 'a released assignment').toMatchObject({ status: 'DECLINED', nextAssignmentId: expect.any(String) });
    expect(all.body.items).toHaveLength(made.released.length);
  }

  test('works before, while and after it is migrated, and under 1.0.0 again', { timeout: 300_000 }, async () => {
    await live();
    // So that both filled and unfilled rows can be looked at.
    for (const service of sqlServices)
      await rows(service, `select pg_advisory_lock(hashtextextended('background migrations', 0))`);
    for (const service of sqlServices) await restart(service, true);
    expect(await rows('scheduling', 'select from job where current_provider_id is not null')).toEqual([]);
    expect(await rows('payouts', `select from payout where waiting_since <> 'infinity'`)).toEqual([]);
    await expectRight();

    // The release before writes while the columns are being filled.
    for (const service of sqlServices) await restart(service, false);
    await live();
    for (const service of sqlServices) await restart(service, true);
    await expectRight();

    for (const service of sqlServices)
      await rows(service, `select pg_advisory_unlock(hashtextextended('background migrations', 0))`);
    for (const service of sqlServices) {
      await eventually(async () => {
        const done = await rows(service, 'select from mikro_orm_migrations');
        expect(done).toHaveLength(schemas[service].migrations.length);
      });
      expect(await rows(service, 'select indexrelid::regclass from pg_index where not indisvalid')).toEqual([]);
      expect(await rows(service, 'select conname from pg_constraint where not convalidated')).toEqual([]);
    }
    // The instance that has migrated knows it at once.
    await delay(500);
    await expectRight();
    expect(
      await rows(
        'scheduling',
        'select from job where current_assignment_id is not null and current_provider_id is null',
      ),
    ).toEqual([]);
    expect(
      await rows('payouts', `select from payout where status = 'AWAITING_APPROVAL' and waiting_since = 'infinity'`),
    ).toEqual([]);

    for (const service of sqlServices) await restart(service, false);
    await live();
    const { body } = await manager.request<AssignmentPage>('GET /assignments?limit=100');
    expect(body.items.length).toBeGreaterThan(15);
    for (const service of sqlServices) await restart(service, true);
    await expectRight();
    await live();
    await expectRight();
  });
});

/** The code of 1.0.0; undefined in a clone that lacks its commit. */
async function checkOutFirst(): Promise<CheckedOut | undefined> {
  const release = (await readReleases()).find(({ version }) => version === '1.0.0');
  try {
    return release && (await checkOut(release, console.log));
  } catch (error) {
    if (!(error instanceof MissingRelease)) throw error;
    console.log(`Skipping release 1.0.0: ${error.message}`);
  }
}

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
}
