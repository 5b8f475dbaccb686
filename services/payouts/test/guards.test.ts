import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transitions } from '../src/domain/transitions.ts';
import { history, newParties } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

let world: PayoutsService;
let payoutId: string;
let assignmentId: string;

beforeAll(async () => {
  world = await startPayouts();
  const parties = newParties();
  assignmentId = parties.assignmentId;
  await world.publish(...history(['propose', 'confirm', 'complete'], parties));
  const { id } = await world.untilPayout(assignmentId, { status: 'AWAITING_APPROVAL' });
  payoutId = id;
});

afterAll(() => world?.stop());

const query = (sql: string, parameters: unknown[] = [payoutId]) => world.database.query(sql, parameters);

test('PostgreSQL allows the same transitions as the code', async () => {
  const { rows } = await query('select from_status, to_status from payout_edge', []);
  const inSql = rows.map(({ from_status, to_status }) => `${from_status} → ${to_status}`);
  expect(inSql.sort()).toEqual(transitions.map(({ from, to }) => `${from} → ${to}`).sort());
});

test.each([
  [
    "update payout set status = 'PAID', version = version + 1 where id = $1",
    'does not go from AWAITING_APPROVAL to PAID',
  ],
  ["update payout set status = 'PENDING', version = version + 1 where id = $1", 'does not go from'],
  ["update payout set status = 'BLOCKED', blocked_because = 'x' where id = $1", 'does not follow'],
  ['update payout set amount_minor = 1, version = version + 1 where id = $1', 'never changes'],
  ["update payout set currency = 'USD', version = version + 1 where id = $1", 'never changes'],
  ['update payout set provider_id = gen_random_uuid(), version = version + 1 where id = $1', 'never changes'],
  ['delete from payout where id = $1', 'append-only'],
  ["update payout_timeline set reason = 'x' where payout_id = $1", 'append-only'],
  ['delete from payout_timeline where payout_id = $1', 'append-only'],
])('PostgreSQL refuses: %s', async (sql, because) => {
  await expect(query(sql)).rejects.toThrow(because);
});

test.each(['payout_timeline', 'payment_attempt', 'payment_result', 'payout_hold', 'payout_account_change'])(
  'PostgreSQL refuses to truncate %s',
  async (table) => {
    await expect(query(`truncate ${table} cascade`, [])).rejects.toThrow('append-only');
  },
);

test('PostgreSQL lets a hold be lifted once, an end by no person, and refuses every other change', async () => {
  const { body } = await world.call('ops', randomUUID(), `POST /payouts/${payoutId}/block`, {
    body: { reason: 'Check' },
  });
  const [hold] = body.holds as { id: string }[];
  const change = (set: string) => query(`update payout_hold set ${set} where id = $1`, [hold?.id]);
  await expect(change("reason = 'x', lifted_at = now()")).rejects.toThrow('can only be lifted');
  await expect(change('lifted_at = null')).rejects.toThrow('can only be lifted');
  await expect(query('delete from payout_hold where id = $1', [hold?.id])).rejects.toThrow('append-only');
  await world.call('finance', randomUUID(), `POST /payouts/${payoutId}/unblock`, { body: { reason: 'Checked' } });
  await expect(change('lifted_at = now()')).rejects.toThrow('only once');
  const end = `insert into payout_hold (payout_id, id, kind, reason, at) values ($1, gen_random_uuid(), 'CANCELLED', 'x', now())`;
  await expect(query(`${end} returning id`)).resolves.toBeDefined();
  const liftEnd = (by: string | null) =>
    query("update payout_hold set lifted_at = now(), lifted_by = $1 where kind = 'CANCELLED'", [by]);
  await expect(liftEnd(randomUUID())).rejects.toThrow('lifted');
  await expect(liftEnd(null)).resolves.toBeDefined();
});

test('PostgreSQL refuses changes to the account history', async () => {
  const providerId = randomUUID();
  await world.setAccount(providerId, 'acct_1');
  for (const change of ["update payout_account_change set account = 'acct_2'", 'delete from payout_account_change'])
    await expect(query(`${change} where provider_id = $1`, [providerId])).rejects.toThrow('append-only');
});

const attempt = (number: number, id: string = randomUUIDv7()) =>
  query(
    `insert into payment_attempt (id, payout_id, number, account, amount_minor, currency, started_at)
      values ($1, $2, $3, 'acct_1', 18500, 'EUR', now()) returning id`,
    [id, payoutId, number],
  );
const result = (id: string, outcome: string, reference: string | null = null) =>
  query('insert into payment_result (attempt_id, outcome, reference, at) values ($1, $2, $3, now())', [
    id,
    outcome,
    reference,
  ]);

test('PostgreSQL refuses an attempt while another is open or paid, and any change to one', async () => {
  const [first, second] = [randomUUIDv7(), randomUUIDv7()];
  await attempt(1, first);
  await expect(attempt(2)).rejects.toThrow('is open or paid');
  await result(first, 'REFUSED');
  await expect(attempt(3)).rejects.toThrow('is open or paid');
  await attempt(2, second);
  await expect(query("update payment_attempt set account = 'acct_2'", [])).rejects.toThrow('append-only');
  await expect(query('delete from payment_attempt', [])).rejects.toThrow('append-only');
  await result(second, 'PAID', 'tr_1');
  await expect(query("update payment_result set reference = 'tr_2'", [])).rejects.toThrow('append-only');
  await expect(attempt(3)).rejects.toThrow('is open or paid');
  // Also when an answer that came late contradicts it.
  await result(first, 'PAID', 'tr_0');
  await expect(attempt(3)).rejects.toThrow('is open or paid');
});

test('PostgreSQL refuses every change to a paid payout, except a higher version', async () => {
  const parties = newParties();
  await world.publish(...history(['propose', 'confirm', 'complete'], parties));
  const { id } = await world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
  await world.call('finance', randomUUID(), `POST /payouts/${id}/approve`);
  await world.call('finance', randomUUID(), `POST /payouts/${id}/mark-paid`, { body: { reference: '=1+1; =2+2' } });
  for (const change of ["status = 'BLOCKED', blocked_because = 'x', paid_at = null", "payment_reference = 'x'"]) {
    const refused = query(`update payout set ${change}, version = version + 1 where id = $1`, [id]);
    await expect(refused).rejects.toThrow('does not go from PAID');
  }
  await query('update payout set version = version + 2, updated_at = now() where id = $1', [id]);
});

test('the export writes paid payouts as CSV without spreadsheet formulas', async () => {
  const token = await world.environment.token('finance', randomUUID());
  const get = (query: string) =>
    fetch(`${world.services[0]?.url}/payouts?${query}`, {
      headers: { accept: 'text/csv', authorization: `Bearer ${token}` },
    });
  const response = await get('status=PAID&from=2026-01-01T00:00:00Z');
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const [header, ...lines] = (await response.text()).trim().split('\r\n');
  expect(header).toMatch(/^id,.*,currency,amountMinor,amount,/);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(',EUR,18500,185.00,');
  expect(lines[0]).toContain(`,"'=1+1; '=2+2",`);
  expect((await (await get('status=PAID&to=2026-01-01T00:00:00Z')).text()).trim().split('\r\n')).toHaveLength(1);
});

test('the export contains each payout once across pages', async () => {
  await query(
    `with views as (
       insert into assignment_view (assignment_id, version, status)
         select gen_random_uuid(), 1, 'CONFIRMED' from generate_series(1, 1001) returning assignment_id)
     insert into payout (id, assignment_id, job_id, provider_id, customer_id, amount_minor, currency, status, on_hold, version,
         approvals, approvals_needed, dispute_settled, created_at, updated_at)
       select assignment_id, assignment_id, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 100, 'EUR',
         'PENDING', false, 1, '[]', 1, false, $1, $1 from views`,
    ['2026-11-01T08:00:00Z'],
  );
  const token = await world.environment.token('finance', randomUUID());
  const response = await fetch(`${world.services[0]?.url}/payouts?status=PENDING`, {
    headers: { accept: 'text/csv', authorization: `Bearer ${token}` },
  });
  const [, ...lines] = (await response.text()).trim().split('\r\n');
  expect(lines).toHaveLength(1_001);
  // All were made at the same moment, so that the pages go by their ids.
  expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(1_001);
});
