import { randomUUID } from 'node:crypto';
import { headers } from '@nats-io/transport-node';
import { readStream } from '@punctual/chassis';
import { type Assignment, allEvents, type Payout } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpsStack, startOpsStack } from './world.ts';

let world: OpsStack;

beforeAll(async () => {
  world = await startOpsStack('erase-person');
});

afterAll(() => world?.stop());

/** A visit whose customer disputes it, with the word in the reason. */
async function disputedVisit(word: string): Promise<Assignment> {
  const id = await world.confirmedVisit();
  const path = `/assignments/${id}`;
  const assignment = (await world.ask('ops', randomUUID(), 'GET', path)) as Assignment;
  await world.ask('customer', assignment.customerId, 'POST', `${path}/dispute`, { kind: 'OTHER', reason: word });
  await eventually(async () => expect(((await world.payoutOf(id)) as Payout).blockedBecause).toContain(word));
  return assignment;
}

/** The rows of both databases that contain a word. */
async function rowsWith(word: string): Promise<string[]> {
  const found: string[] = [];
  for (const connectionString of Object.values(world.databases)) {
    const database = new Client({ connectionString });
    await database.connect();
    const { rows: tables } = await database.query(
      "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    );
    for (const { table_name } of tables) {
      const { rows } = await database.query(`select t::text as row from ${table_name} t`);
      found.push(...rows.map(({ row }) => row).filter((row) => row.includes(word)));
    }
    await database.end();
  }
  return found;
}

async function messagesWith(word: string): Promise<{ stream: string; subject: string; reason: string }[]> {
  const found = [];
  for (const stream of ['DLQ', 'REPLAY']) {
    for await (const message of readStream(world.nats, stream)) {
      const reason = message.headers?.get('Dlq-Reason') ?? '';
      if (message.string().includes(word)) found.push({ stream, subject: message.subject, reason });
    }
  }
  return found;
}

async function storeDeadLetter(customerId: string, body: string): Promise<void> {
  const letter = headers();
  letter.set('Dlq-Consumer', 'payouts-schedule');
  letter.set('Dlq-Reason', 'a fault');
  await world.nats.jetstream.publish('dlq.payouts-schedule', body.replaceAll('CUSTOMER', customerId), {
    headers: letter,
  });
  await world.nats.jetstream.publish('replay.nobody', body.replaceAll('CUSTOMER', customerId));
}

function eventOf(word: string): string {
  const { example } = allEvents['schedule.disputed'];
  const data = { ...example.data, customerId: 'CUSTOMER', reason: word };
  return JSON.stringify({ ...example, id: randomUUID(), data });
}

test('erase-person erases texts in both databases, dead letters and replays, and can be repeated', async () => {
  const [word, other] = [randomUUID(), randomUUID()];
  const [{ customerId, id }, stranger] = [await disputedVisit(word), await disputedVisit(other)];
  await storeDeadLetter(customerId, eventOf(word));
  await storeDeadLetter(customerId, `not JSON, of CUSTOMER: ${word}`);
  await storeDeadLetter(customerId.toUpperCase(), `not JSON, of CUSTOMER: ${word}`);
  await storeDeadLetter(customerId, JSON.stringify({ type: 'schedule.disputed', by: 'CUSTOMER', said: word }));
  await storeDeadLetter(stranger.customerId, eventOf(other));
  const [left, messages] = [(await rowsWith(other)).length, (await messagesWith(other)).length];

  const dry = await world.ops('erase-person', '--id', customerId, '--dry-run');
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  expect(dry.stdout).toMatch(/^scheduling\.assignment_timeline +[1-9]/m);
  expect(dry.stdout).toMatch(/^payouts\.payout_hold +1$/m);
  expect(dry.stdout).toMatch(/^DLQ +4$/m);
  const unanswered = await world.ops('erase-person', '--id', customerId);
  expect(unanswered.stderr).toContain('--yes');
  expect(await rowsWith(word)).not.toEqual([]);

  const done = await world.ops('erase-person', '--id', customerId.toUpperCase(), '--reason', 'Request 4711', '--yes');
  expect(done.code).toBe(0);
  // The same table twice: the rows to erase, and the erased rows.
  const [counted, erased] = done.stdout.split(/\n\nWill be erased[^\n]*\n/);
  expect(erased?.trim().split('\n').sort()).toEqual(counted?.trim().split('\n').sort());
  expect(await rowsWith(word)).toEqual([]);
  expect(await messagesWith(word)).toEqual([]);
  const kept = await messagesWith(customerId);
  expect(kept).toMatchObject([
    { stream: 'DLQ', subject: 'dlq.payouts-schedule', reason: 'a fault' },
    { stream: 'REPLAY', subject: 'replay.nobody' },
  ]);
  expect(await rowsWith(other)).toHaveLength(left);
  expect(await messagesWith(other)).toHaveLength(messages);
  expect(await world.payoutOf(id)).toMatchObject({ status: 'BLOCKED', blockedBecause: '[erased]' });
  const [record] = await rowsWith('Request 4711');
  expect(record).toContain(customerId);

  const again = await world.ops('erase-person', '--id', customerId, '--yes');
  expect(again.code).toBe(0);
  expect(again.stdout).not.toMatch(/ [1-9]\d*$/m);
});

test('erase-person records the erasure while payouts is down', { timeout: 120_000 }, async () => {
  const word = randomUUID();
  const { customerId } = await disputedVisit(word);
  const payouts = world.stack.service('payouts');
  await payouts.stop();
  const away = await world.ops('erase-person', '--id', customerId, '--wait', '2', '--yes');
  expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining('payouts did not finish within 2 s') });
  await payouts.start();
  await eventually(async () => expect(await rowsWith(word)).toEqual([]), { withinMs: 60_000 });
});
