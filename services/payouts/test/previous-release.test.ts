import { randomUUID } from 'node:crypto';
import { openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import type { Payout, PayoutAccountHistory, PayoutStatus } from '@punctual/contracts';
import { createTestLifecycle } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HoldPayouts } from '../src/persistence/migrations/20261129-hold-payouts.ts';
import { schema } from '../src/persistence/schema.ts';
import { newParties, type Parties, scheduleEvent } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

// The database of 1.0.0 with its data, migrated; then instances of 1.0.0 and of this release side
// by side. The test writes what 1.0.0 writes: status and reason, no holds, no account version.

const [ann, bob] = [randomUUID(), randomUUID()];
const approvals = JSON.stringify([{ by: bob, at: '2026-11-20T08:00:00.000Z' }]);
const disputed = 'disputed, NO_SHOW: Nobody came';

let world: PayoutsService;
const seeded = {
  ...{ cancelled: newParties(), disputed: newParties(), settled: newParties(), manual: newParties() },
  ...{ noAccount: newParties(), refused: newParties(), paid: newParties(), approved: newParties() },
};

beforeAll(async () => {
  world = await startPayouts({ instances: 0 });
  const lifecycle = createTestLifecycle();
  const migrations = schema.migrations.slice(0, schema.migrations.indexOf(HoldPayouts));
  await openDatabase({
    url: parsePostgresUrl(world.environment.databaseUrl),
    poolSize: 2,
    ...schema,
    migrations,
    lifecycle,
  });
  await lifecycle.stop();

  await seed(seeded.cancelled, { ended: 'cancelled: Not needed', blocked: 'cancelled: Not needed' });
  await seed(seeded.disputed, { disputed, blocked: disputed });
  await seed(seeded.settled, { disputed, isSettled: true });
  await seed(seeded.manual, { blocked: 'cancelled: so they say on the phone', actor: ann });
  await seed(seeded.noAccount, { blocked: 'The provider has no payout account.' });
  await seed(seeded.refused, { blocked: 'payment refused: balance_insufficient' });
  await seed(seeded.approved, { status: 'APPROVED' });
  await seed(seeded.paid, { status: 'APPROVED' });
  await world.database.query("insert into payout_account values ($1, 'acct_1MTfjCQ9PRzxEwkZ', 3, $2, now())", [
    seeded.paid.providerId,
    ann,
  ]);
  await pay(seeded.paid);
  await world.start();
});

afterAll(() => world.stop());

type Seed = {
  status?: PayoutStatus;
  ended?: string;
  disputed?: string;
  blocked?: string;
  isSettled?: boolean;
  actor?: string;
};

async function seed(parties: Parties, { ended, disputed, blocked, isSettled = false, status, actor }: Seed) {
  const { assignmentId, jobId, customerId, providerId } = parties;
  await world.database.query(
    `insert into assignment_view (assignment_id, version, status, ended_because, disputed_because, amount_minor, currency)
      values ($1, 3, $2, $3, $4, 18500, 'EUR')`,
    [assignmentId, ended ? 'CANCELLED' : 'COMPLETED', ended ?? null, disputed ?? null],
  );
  await world.database.query(
    `insert into payout (id, assignment_id, job_id, provider_id, customer_id, amount_minor, currency, status, on_hold, version,
        approvals, approvals_needed, dispute_settled, created_at, updated_at)
      values ($1, $1, $2, $3, $4, 18500, 'EUR', 'AWAITING_APPROVAL', false, 1, '[]', 1, $5, now(), now())`,
    [assignmentId, jobId, providerId, customerId, isSettled],
  );
  if (blocked) await move(parties, { status: 'BLOCKED', because: blocked, ...(actor && { actor }) });
  else if (status) await move(parties, { status });
}

type Move = { status: PayoutStatus; because?: string; isSettled?: boolean; actor?: string };

/** As 1.0.0 saves a version: the row and its timeline item, in one transaction. */
async function move({ assignmentId }: Parties, { status, because, isSettled, actor }: Move) {
  await world.database.query('begin');
  await world.database.query(
    `update payout set status = $2, blocked_because = $3, dispute_settled = coalesce($4, dispute_settled),
        approvals = case when $2 in ('APPROVED', 'PAID') then $5::jsonb else approvals end,
        version = version + 1, updated_at = now() where assignment_id = $1`,
    [assignmentId, status, because ?? null, isSettled ?? null, approvals],
  );
  await world.database.query(
    `insert into payout_timeline select id, version, $2, $3, 'API', null, '{}', '{}', null, updated_at
      from payout where assignment_id = $1`,
    [
      assignmentId,
      `payout.${status.toLowerCase()}`,
      JSON.stringify({ id: actor ?? null, role: actor ? 'ops' : 'system' }),
    ],
  );
  await world.database.query('commit');
}

async function pay({ assignmentId }: Parties) {
  await world.database.query(
    `with begun as (
       insert into payment_attempt (id, payout_id, number, account, amount_minor, currency, started_at)
         values (gen_random_uuid(), $1, 1, 'acct_1MTfjCQ9PRzxEwkZ', 18500, 'EUR', now()) returning id)
     insert into payment_result (attempt_id, outcome, reference, at) select id, 'PAID', 'tr_1', now() from begun`,
    [assignmentId],
  );
  await world.database.query(
    `update payout set status = 'PAID', paid_at = now(), payment_reference = 'tr_1', version = version + 1
      where assignment_id = $1`,
    [assignmentId],
  );
}

const payoutOf = async ({ assignmentId }: Parties) => (await world.payoutOf(assignmentId)).body as Payout;
const unblock = ({ assignmentId }: Parties, holds?: string[]) =>
  world.call('finance', ann, `POST /payouts/${assignmentId}/unblock`, { body: { reason: 'x', holds } });

test.each([
  ['cancelled', { kind: 'CANCELLED', reason: 'cancelled: Not needed', by: null }],
  ['disputed', { kind: 'DISPUTE', reason: disputed }],
  ['manual', { kind: 'MANUAL', reason: 'cancelled: so they say on the phone', by: ann }],
  ['noAccount', { kind: 'ACCOUNT' }],
  ['refused', { kind: 'PAYMENT' }],
] as const)('a payout blocked by 1.0.0 has exactly one hold: %s', async (name, hold) => {
  const payout = await payoutOf(seeded[name]);
  expect(payout).toMatchObject({ status: 'BLOCKED', holds: [hold] });
  expect(payout.blockedBecause).toBe(payout.holds[0]?.reason);
  const lifted = await unblock(seeded[name], [payout.holds[0]?.id ?? '']);
  if (hold.kind === 'CANCELLED') expect(lifted).toMatchObject({ status: 409, body: { code: 'invalid-transition' } });
  else expect(lifted).toMatchObject({ status: 200, body: { status: 'AWAITING_APPROVAL', holds: [] } });
});

test('a settled dispute does not block the payout again, and a new one does', async () => {
  const { settled } = seeded;
  await world.publishInTurn(scheduleEvent('schedule.completed', 4, { ...settled, status: 'COMPLETED' }));
  expect(await payoutOf(settled)).toMatchObject({ status: 'AWAITING_APPROVAL', holds: [] });
  const again = { ...settled, status: 'COMPLETED', kind: 'QUALITY', reason: 'Still leaking' };
  await world.publishInTurn(scheduleEvent('schedule.disputed', 5, again));
  expect(await payoutOf(settled)).toMatchObject({ status: 'BLOCKED', holds: [{ kind: 'DISPUTE' }] });
});

test('a payout paid by 1.0.0 shows its account, and the account its change', async () => {
  const { paid } = seeded;
  expect(await payoutOf(paid)).toMatchObject({ status: 'PAID', paidTo: 'acct_…EwkZ' });
  const { body } = await world.call('ops', ann, `GET /providers/${paid.providerId}/payout-account/history`);
  expect((body as PayoutAccountHistory).items).toMatchObject([{ account: 'acct_…EwkZ', version: 3, confirmedBy: ann }]);
});

test('approvals given to 1.0.0 still count', async () => {
  const { approved } = seeded;
  const paid = await world.call('finance', ann, `POST /payouts/${approved.assignmentId}/mark-paid`, {
    body: { reference: 'SEPA 50' },
  });
  expect(paid).toMatchObject({ status: 200, body: { status: 'PAID', paidTo: null } });
});

test('instances of both releases block and unblock the same payout', async () => {
  const parties = newParties();
  await seed(parties, {});
  const path = `/payouts/${parties.assignmentId}`;
  await move(parties, { status: 'BLOCKED', because: 'Stopped by 1.0.0', actor: ann });
  expect((await payoutOf(parties)).holds).toMatchObject([{ kind: 'MANUAL', reason: 'Stopped by 1.0.0', by: ann }]);
  await world.call('finance', ann, `POST ${path}/block`, { body: { reason: 'Stopped by this one' } });

  // 1.0.0 hears of a dispute, which takes the place of the reason, and later unblocks all that it
  // knows of.
  await world.database.query('update assignment_view set disputed_because = $2 where assignment_id = $1', [
    parties.assignmentId,
    disputed,
  ]);
  await move(parties, { status: 'BLOCKED', because: disputed });
  const kinds = (await payoutOf(parties)).holds.map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(['DISPUTE', 'MANUAL', 'MANUAL']);
  await move(parties, { status: 'AWAITING_APPROVAL', isSettled: true });
  expect(await payoutOf(parties)).toMatchObject({ status: 'AWAITING_APPROVAL', holds: [] });
  await world.publishInTurn(scheduleEvent('schedule.completed', 4, { ...parties, status: 'COMPLETED' }));
  expect(await payoutOf(parties)).toMatchObject({ status: 'AWAITING_APPROVAL', holds: [] });

  // The same words once more are a new hold.
  await move(parties, { status: 'BLOCKED', because: 'Stopped by 1.0.0', actor: bob });
  expect((await payoutOf(parties)).holds).toMatchObject([{ reason: 'Stopped by 1.0.0', by: bob }]);
  expect((await unblock(parties)).status).toBe(200);
});

test('a dispute recorded by 1.0.0 before the confirmation blocks the payout this release opens', async () => {
  const parties = newParties();
  const data = { ...parties, status: 'COMPLETED' };
  await world.database.query(
    `insert into assignment_view (assignment_id, version, status, disputed_because) values ($1, 4, 'COMPLETED', $2)`,
    [parties.assignmentId, disputed],
  );
  await world.publishInTurn(scheduleEvent('schedule.confirmed', 2, { ...data, status: 'CONFIRMED' }));
  expect(await payoutOf(parties)).toMatchObject({ status: 'BLOCKED', holds: [{ kind: 'DISPUTE', reason: disputed }] });
});

test('this release writes the reason and the settled flag that 1.0.0 reads', async () => {
  const parties = newParties();
  await seed(parties, {});
  const dispute = { ...parties, status: 'COMPLETED', kind: 'NO_SHOW', reason: 'Nobody came' };
  await world.publishInTurn(scheduleEvent('schedule.disputed', 4, dispute));
  const row = async () => {
    const { rows } = await world.database.query(
      `select blocked_because, dispute_settled, v.disputed_because from payout join assignment_view v using (assignment_id)
        where assignment_id = $1`,
      [parties.assignmentId],
    );
    return rows[0];
  };
  expect(await row()).toEqual({ blocked_because: disputed, dispute_settled: false, disputed_because: disputed });
  await unblock(parties);
  expect(await row()).toEqual({ blocked_because: null, dispute_settled: true, disputed_because: disputed });
});

test('a payout that 1.0.0 pays during the rollout shows its account', async () => {
  const parties = newParties();
  await seed(parties, { status: 'APPROVED' });
  await pay(parties);
  expect(await payoutOf(parties)).toMatchObject({ status: 'PAID', paidTo: 'acct_…EwkZ' });
});
