import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import { type Erasure, eraseTexts, makePersonErased, type Payout, type Role, type Timeline } from '@punctual/contracts';
import { createTestLifecycle, eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unknownAssignment } from '../src/domain/assignment-view.ts';
import { block } from '../src/domain/decide.ts';
import { changeOf, savePayouts } from '../src/persistence/payout-aggregate.ts';
import { byKey, lockPayouts } from '../src/persistence/payouts.ts';
import { schema } from '../src/persistence/schema.ts';
import { newParties, type Parties, scheduleEvent } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

let world: PayoutsService;

beforeAll(async () => {
  world = await startPayouts({ instances: 2 });
});

afterAll(() => world?.stop());

const ops = randomUUID();

async function rowsWith(word: string): Promise<string[]> {
  const { rows: tables } = await world.database.query(
    "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
  );
  const all: string[] = [];
  for (const { table_name } of tables) {
    const { rows } = await world.database.query(`select t::text as row from ${table_name} t`);
    all.push(...rows.map(({ row }) => row).filter((row) => row.includes(word)));
  }
  return all;
}

let erasures = 0;

/** As scheduling publishes it. @returns the number of the erasure */
async function publishErasure(personId: string, at = new Date(Date.now() + 60_000)): Promise<void> {
  erasures += 1;
  const data = { personId, at: at.toISOString() };
  const event = makePersonErased({ id: randomUUIDv7(), sequence: erasures, data });
  await world.peer.jetstream.publish(event.type, JSON.stringify(event));
}

const erasureOf = async (personId: string, query = '') =>
  (await world.call('ops', ops, `GET /ops/people/${personId}/erasure/payouts${query}`)).body as Erasure;

async function untilErased(personId: string): Promise<Erasure> {
  return eventually(async () => {
    const erasure = await erasureOf(personId);
    expect(erasure.finishedAt).not.toBeNull();
    return erasure;
  });
}

async function erase(personId: string): Promise<Erasure> {
  await publishErasure(personId);
  return untilErased(personId);
}

const command = (role: Role, sub: string, request: string, body: object) =>
  world.call(role, sub, request, { body, headers: { 'idempotency-key': randomUUID() } });

/**
 * Completed, blocked by somebody of ops, disputed by the customer, let go, approved and paid by
 * hand: with the word in every text.
 */
async function paidPayout(word: string, parties: Parties): Promise<Payout> {
  const payout = await blockedPayout(word, parties);
  const path = `/payouts/${payout.id}`;
  const clerk = randomUUID();
  await command('finance', clerk, `POST ${path}/unblock`, {
    reason: `Lifted ${word}`,
    holds: payout.holds.map(({ id }) => id),
  });
  await command('finance', clerk, `POST ${path}/approve`, {});
  const { body } = await command('finance', clerk, `POST ${path}/mark-paid`, { reference: `SEPA ${word}` });
  expect(body).toMatchObject({ status: 'PAID', paymentReference: `SEPA ${word}` });
  return body as Payout;
}

async function blockedPayout(word: string, parties: Parties, blocker: string = ops): Promise<Payout> {
  const events = [
    scheduleEvent('schedule.confirmed', 2, {
      ...parties,
      status: 'CONFIRMED',
      notes: `Notes ${word}`,
      jobTitle: `Title ${word}`,
    }),
    scheduleEvent('schedule.completed', 3, { ...parties, status: 'COMPLETED', jobTitle: `Title ${word}` }),
    scheduleEvent('schedule.disputed', 4, {
      ...{ ...parties, status: 'COMPLETED', kind: 'OTHER', reason: `Disputed ${word}`, jobTitle: `Title ${word}` },
      actor: { id: parties.customerId, role: 'customer' },
    }),
  ];
  await world.publishInTurn(...events);
  const { id } = await world.untilPayout(parties.assignmentId, { status: 'BLOCKED' });
  const { body } = await command('ops', blocker, `POST /payouts/${id}/block`, { reason: `Blocked ${word}` });
  expect(body).toMatchObject({ status: 'BLOCKED', blockedBecause: `Blocked ${word}` });
  return body as Payout;
}

test.each(['customerId', 'providerId'] as const)(
  'an erasure removes every text on payouts of the %s, including paid ones',
  async (side) => {
    const [word, parties, others] = [randomUUID(), newParties(), newParties()];
    const untouched = await paidPayout(`untouched-${side}`, others);
    const left = (await rowsWith(`untouched-${side}`)).length;
    const paid = await paidPayout(word, parties);
    const blocked = await blockedPayout(word, { ...newParties(), [side]: parties[side] });
    const { left: counted } = await erasureOf(parties[side], '?count=true');

    const erasure = await erase(parties[side]);
    expect(erasure.erased).toEqual(counted);
    expect(Object.values(erasure.erased).every((count) => count > 0)).toBe(true);
    expect(await rowsWith(word)).toEqual([]);
    expect(await rowsWith(`untouched-${side}`)).toHaveLength(left);
    expect((await world.payoutOf(others.assignmentId)).body).toEqual(untouched);

    // Ids, times, money, versions and states stay.
    expect((await world.payoutOf(parties.assignmentId)).body).toEqual(eraseTexts(paid));
    const { body: now } = await world.payoutOf(blocked.assignmentId);
    expect(now).toEqual(eraseTexts(blocked));
    const { body: timeline } = await world.call('ops', ops, `GET /payouts/${blocked.id}/timeline`);
    expect((timeline as Timeline).items.length).toBeGreaterThan(3);
    expect(timeline).toEqual(eraseTexts(timeline));

    // The payout goes on.
    const holds = blocked.holds.map(({ id }) => id);
    const lifted = await command('finance', randomUUID(), `POST /payouts/${blocked.id}/unblock`, {
      reason: 'New',
      holds,
    });
    expect(lifted.body).toMatchObject({ status: 'AWAITING_APPROVAL', holds: [], version: blocked.version + 1 });
    const { rows } = await world.database.query('select from payout_hold where payout_id = $1', [blocked.id]);
    expect(rows).toHaveLength(holds.length);
  },
);

test("an erasure removes text an operator wrote on other people's payouts, with its copies, and nothing else", async () => {
  const [word, blocker, parties] = [randomUUID(), randomUUID(), newParties()];
  const { id, version } = await blockedPayout(word, parties, blocker);
  // Repeats the reason of the hold in its event, its item and its answer.
  await command('ops', randomUUID(), `POST /payouts/${id}/block`, { reason: 'By another' });
  const disputed = (await rowsWith(`Disputed ${word}`)).length;
  await erase(blocker);
  expect(await rowsWith(`Blocked ${word}`)).toEqual([]);
  // Of the answers that are kept for the person, every text goes.
  expect(await rowsWith(`Disputed ${word}`)).toHaveLength(disputed - 1);
  expect((await world.payoutOf(parties.assignmentId)).body).toMatchObject({
    version: version + 1,
    blockedBecause: 'By another',
    holds: [
      { reason: `disputed, OTHER: Disputed ${word}` },
      { reason: '[erased]', by: blocker },
      { reason: 'By another' },
    ],
  });
});

test('an event from before the erasure never restores text, and a later event adds text', async () => {
  const [word, parties] = [randomUUID(), newParties()];
  const confirmed = scheduleEvent('schedule.confirmed', 2, {
    ...parties,
    status: 'CONFIRMED',
    notes: word,
    jobTitle: word,
  });
  const disputed = scheduleEvent('schedule.disputed', 3, {
    ...parties,
    status: 'CONFIRMED',
    kind: 'OTHER',
    reason: word,
    jobTitle: word,
  });
  await erase(parties.customerId);
  await world.publishInTurn(confirmed);
  await world.replay(disputed);
  const { blockedBecause } = await world.untilPayout(parties.assignmentId, { status: 'BLOCKED' });
  expect(blockedBecause).toBe('disputed, OTHER: [erased]');
  expect(await rowsWith(word)).toEqual([]);

  const late = { ...scheduleEvent('schedule.cancelled', 4, { ...parties, status: 'CANCELLED', reason: 'Since then' }) };
  await world.publishInTurn({ ...late, time: new Date(Date.now() + 120_000).toISOString() });
  expect((await world.payoutOf(parties.assignmentId)).body).toMatchObject({ blockedBecause: 'cancelled: Since then' });
});

test('an erasure removes text from an event that is being applied when it arrives', async () => {
  const [word, parties] = [randomUUID(), newParties()];
  await world.publishInTurn(scheduleEvent('schedule.confirmed', 2, { ...parties, status: 'CONFIRMED' }));
  const held = await world.holdRow('payout', parties.assignmentId);
  await world.publish(
    scheduleEvent('schedule.disputed', 3, { ...parties, status: 'CONFIRMED', kind: 'OTHER', reason: word }),
  );
  await world.untilWaiting(1);
  await publishErasure(parties.providerId);
  await held.release();
  await world.untilPayout(parties.assignmentId, { status: 'BLOCKED' });
  await untilErased(parties.providerId);
  expect(await rowsWith(word)).toEqual([]);
});

test('an erasure waits for a transaction that has read the text, and removes its copies', async () => {
  const [word, blocker] = [randomUUID(), randomUUID()];
  const { id } = await blockedPayout(word, newParties(), blocker);
  // The newest reason is by another person, so the payout's own row has nothing to erase.
  await command('ops', randomUUID(), `POST /payouts/${id}/block`, { reason: 'By another' });
  const lifecycle = createTestLifecycle();
  const url = parsePostgresUrl(world.environment.databaseUrl);
  const database = await openDatabase({ url, poolSize: 2, ...schema, lifecycle });
  await database.transaction(async (transaction) => {
    const { payouts } = await lockPayouts(transaction, byKey({ id }), []);
    const [payout] = payouts;
    if (!payout) throw new Error('There is no payout.');
    await publishErasure(blocker);
    await eventually(async () => {
      const { rowCount } = await world.database.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      );
      expect(rowCount).toBeGreaterThan(0);
    });
    const actor = { id: randomUUID(), role: 'ops' } as const;
    const hold = { id: randomUUIDv7(), reason: 'A copy of all holds', by: actor.id };
    const after = block(
      {
        ...{ payout, accountVersion: 0 },
        view: unknownAssignment(id),
        now: Temporal.Now.instant().round('millisecond'),
      },
      hold,
    );
    await transaction.commit(savePayouts([changeOf(payout, after, { actor, reason: null })], { newId: randomUUIDv7 }));
  });
  await lifecycle.stop();
  await untilErased(blocker);
  expect(await rowsWith(`Blocked ${word}`)).toEqual([]);
});

test('an erasure waits for a command that is publishing the title', async () => {
  const [word, parties] = [randomUUID(), newParties()];
  await world.publishInTurn(
    scheduleEvent('schedule.confirmed', 2, { ...parties, status: 'CONFIRMED', jobTitle: word }),
  );
  const lifecycle = createTestLifecycle();
  const url = parsePostgresUrl(world.environment.databaseUrl);
  const database = await openDatabase({ url, poolSize: 2, ...schema, lifecycle });
  await database.transaction(async (transaction) => {
    const { payouts } = await lockPayouts(transaction, byKey({ assignmentId: parties.assignmentId }), []);
    const [payout] = payouts;
    if (!payout) throw new Error('There is no payout.');
    expect(payout.jobTitle).toBe(word);
    await publishErasure(parties.customerId);
    await eventually(async () => {
      const { rowCount } = await world.database.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      );
      expect(rowCount).toBeGreaterThan(0);
    });
    const now = Temporal.Now.instant().round('millisecond');
    const hold = { id: randomUUIDv7(), reason: 'A look', by: ops };
    const after = block({ payout, accountVersion: 0, view: unknownAssignment(parties.assignmentId), now }, hold);
    const change = changeOf(payout, after, { actor: { id: ops, role: 'ops' }, reason: null });
    await transaction.commit(savePayouts([change], { newId: randomUUIDv7 }));
  });
  await lifecycle.stop();
  await untilErased(parties.customerId);
  expect(await rowsWith(word)).toEqual([]);
});

test('the guards allow a text to become [erased] and reject any other change with it', async () => {
  const { id } = await paidPayout('guarded', newParties());
  const change = (sql: string) => world.database.query(sql, [id]);
  const refused = [
    "update payout set blocked_because = null, payment_reference = '[erased]', amount_minor = 1 where id = $1",
    "update payout set payment_reference = 'x' where id = $1",
    "update payout set job_title = 'x', amount_minor = 1 where id = $1",
    "update payout set job_title = 'x', updated_at = now() where id = $1",
    'update payout set payment_reference = null where id = $1',
    "update payout_hold set reason = 'x' where payout_id = $1",
    "update payout_hold set reason = '[erased]', kind = 'PAYMENT' where payout_id = $1",
    "update payout_timeline set reason = 'x' where payout_id = $1",
    'update payout_timeline set reason = null where payout_id = $1',
    "update payout_timeline set reason = '[erased]', at = now() where payout_id = $1",
    `update payout_timeline set after = erase_texts(after) || '{"paymentReference": "x"}' where payout_id = $1`,
    `update payout_timeline set after = erase_texts(after) || '{"status": "PENDING"}' where payout_id = $1`,
    `update payout_timeline set after = '{}' where payout_id = $1`,
  ];
  for (const sql of refused) await expect(change(sql), sql).rejects.toMatchObject({ code: '23514' });
  const { rowCount } = await change("update payout set payment_reference = '[erased]' where id = $1");
  expect(rowCount).toBe(1);
});

test('only ops can read an erasure', async () => {
  for (const role of ['customer', 'provider', 'finance'] as const) {
    const answer = await world.call(role, ops, `GET /ops/people/${ops}/erasure/payouts`);
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  }
});

test('docs/privacy.md lists every column that could hold a text', async () => {
  const page = readFileSync(new URL('../../../docs/privacy.md', import.meta.url), 'utf8');
  const { rows: columns } = await world.database.query(
    `select table_name, column_name from information_schema.columns
      where table_schema = 'public' and data_type in ('text', 'jsonb', 'json', 'character varying', 'ARRAY')
        and udt_name <> '_uuid' and table_name not like 'mikro_orm%'`,
  );
  expect(columns.length).toBeGreaterThan(20);
  const missing = columns.filter(({ table_name, column_name }) => {
    const line = page.split('\n').find((each) => each.startsWith(`| \`payouts.${table_name}\` |`));
    return !line?.includes(`\`${column_name}\``);
  });
  expect(missing).toEqual([]);
});
