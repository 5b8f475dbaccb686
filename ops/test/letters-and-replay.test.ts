import { randomUUID } from 'node:crypto';
import { headers } from '@nats-io/transport-node';
import { allEvents } from '@punctual/contracts';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { giveAgain } from '../src/dlq/redrive.ts';
import { type Filter, selectLetters } from '../src/dlq/select-letters.ts';
import { startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld('letters-and-replay');
});

afterAll(() => world?.stop());

const everything: Filter = {
  consumer: undefined,
  type: undefined,
  assignment: undefined,
  from: undefined,
  to: undefined,
  sequence: undefined,
};

/** An event that payouts gave up on and would now take: nobody else has seen it. */
async function keepLetter(): Promise<{ assignmentId: string; sequence: number }> {
  const { example } = allEvents['schedule.confirmed'];
  const [id, assignmentId] = [randomUUID(), randomUUID()];
  const event = { ...example, id, subject: assignmentId, partitionkey: assignmentId };
  const letter = headers();
  letter.set('Dlq-Consumer', 'payouts-schedule');
  letter.set('Dlq-Reason', 'a fault that is mended');
  letter.set('Dlq-Stream', 'SCHEDULE');
  letter.set('Dlq-Sequence', '1000000');
  letter.set('Dlq-Deliveries', '8');
  const body = JSON.stringify({ ...event, data: { ...event.data, assignmentId } });
  const { seq } = await world.nats.jetstream.publish('dlq.payouts-schedule', body, { headers: letter });
  return { assignmentId, sequence: seq };
}

const lettersOf = (filter: Partial<Filter>) => selectLetters(world.nats, { ...everything, ...filter });
const messagesOf = async (stream: string) => (await world.nats.manager.streams.info(stream)).state.messages;

test('where there are no letters, there is nothing to do', async () => {
  const none = 'No dead letter is like that.\n';
  expect(await world.ops('dlq', 'list')).toEqual({ code: 0, stdout: none, stderr: '' });
  expect(await world.ops('dlq', 'list', '--json')).toMatchObject({ code: 0, stdout: '[]\n' });
  expect(await world.ops('dlq', 'show')).toEqual({ code: 1, stdout: '', stderr: none });
  expect(await world.ops('dlq', 'redrive', '--all', '--yes')).toEqual({ code: 0, stdout: none, stderr: '' });
  expect(await world.ops('dlq', 'drop', '--all', '--yes')).toEqual({ code: 0, stdout: none, stderr: '' });
});

test('poison becomes a letter of each consumer, which can be listed, shown and dropped', async () => {
  const from = Temporal.Now.instant();
  const body = JSON.stringify({ ...allEvents['schedule.confirmed'].example, data: { poison: true } });
  // What the publisher asked of its stream must not keep the copy out of the stream DLQ.
  await world.nats.jetstream.publish('schedule.confirmed', body, { expect: { streamName: 'SCHEDULE' } });
  await expect.poll(() => lettersOf({ from })).toHaveLength(2);

  const [letter] = await lettersOf({ from, consumer: 'payouts-schedule', type: 'schedule.confirmed' });
  expect(letter).toMatchObject({ consumer: 'payouts-schedule', reason: expect.stringContaining('malformed') });
  const number = String(letter?.sequence);
  expect((await world.ops('dlq', 'show', '--sequence', number)).stdout).toContain('"poison": true');
  const { stdout: listed } = await world.ops('dlq', 'list', '--from', from.toString(), '--json');
  expect(JSON.parse(listed)).toMatchObject([{ type: 'schedule.confirmed' }, { type: 'schedule.confirmed' }]);
  const { stdout } = await world.ops('dlq', 'list', '--assignment', allEvents['schedule.confirmed'].example.subject);
  expect(stdout).toContain('2 dead letters: ');

  expect(await world.ops('dlq', 'drop', '--sequence', number)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('add --yes'),
  });
  expect(await lettersOf({ sequence: letter?.sequence })).toHaveLength(1);
  expect(await world.ops('dlq', 'drop', '--sequence', number, '--yes')).toMatchObject({ code: 0 });
  expect(await lettersOf({ from })).toMatchObject([{ consumer: 'reminders-schedule' }]);
});

test('what is redriven unmended becomes a letter again', async () => {
  const from = Temporal.Now.instant();
  expect(await world.ops('dlq', 'redrive', '--consumer', 'reminders-schedule', '--yes')).toMatchObject({ code: 0 });
  await expect
    .poll(() => lettersOf({ consumer: 'reminders-schedule' }))
    .toMatchObject([{ stream: 'REPLAY', reason: expect.stringContaining('malformed') }]);
  expect(await lettersOf({ to: from, consumer: 'reminders-schedule' })).toEqual([]);
});

test('a redrive reaches the consumer that gave up and no other, and the letter is gone', async () => {
  const { assignmentId, sequence } = await keepLetter();
  const before = await messagesOf('SCHEDULE');
  const redriven = await world.ops('dlq', 'redrive', '--assignment', assignmentId, '--yes');
  expect(redriven).toMatchObject({ code: 0, stdout: expect.stringContaining('1 redriven.') });

  await expect.poll(() => world.payoutOf(assignmentId)).toMatchObject({ status: 'PENDING', version: 1 });
  expect(await lettersOf({ sequence })).toEqual([]);
  expect(await messagesOf('SCHEDULE')).toBe(before);
  expect(await world.ops('dlq', 'redrive', '--assignment', assignmentId, '--yes')).toEqual({
    code: 0,
    stdout: 'No dead letter is like that.\n',
    stderr: '',
  });
  const explained = await world.ops('explain', assignmentId, '--json');
  expect(JSON.parse(explained.stdout)).toMatchObject({
    reminders: null,
    payouts: { follows: [{ consumer: 'payouts-schedule', version: 2 }] },
  });
});

test('a redrive that died before it removed the letter can be repeated: the stream takes it once', async () => {
  const { assignmentId, sequence } = await keepLetter();
  const letters = await selectLetters(world.nats, { ...everything, sequence });
  for (const letter of letters) await giveAgain(world.nats, letter);
  await expect.poll(() => world.payoutOf(assignmentId)).toMatchObject({ version: 1 });

  const replayed = await messagesOf('REPLAY');
  expect(await world.ops('dlq', 'redrive', '--sequence', String(sequence), '--yes')).toMatchObject({ code: 0 });
  expect(await messagesOf('REPLAY')).toBe(replayed);
  expect(await lettersOf({ sequence })).toEqual([]);
});

/** A letter of a confirmed visit that was kept without its body, since a copy of the event did not fit. */
async function keepLetterWithoutBody({ isRebuilt = false } = {}): Promise<{ assignmentId: string; sequence: number }> {
  const { example } = allEvents['schedule.confirmed'];
  const [id, assignmentId] = [randomUUID(), randomUUID()];
  const event = { ...example, id, subject: assignmentId, partitionkey: assignmentId };
  // A subject that no service reads: they are not to have applied it already.
  const body = JSON.stringify({ ...event, data: { ...event.data, assignmentId } });
  const original = await world.nats.jetstream.publish('schedule.unread', body);
  const stored = await world.nats.manager.streams.getMessage('SCHEDULE', { seq: original.seq });
  const letter = headers();
  letter.set('Dlq-Consumer', 'payouts-schedule');
  letter.set('Dlq-Reason', 'a fault that is mended');
  letter.set('Dlq-Stream', 'SCHEDULE');
  letter.set('Dlq-Sequence', String(original.seq));
  letter.set('Dlq-Stored', isRebuilt ? '2026-11-01T00:00:00.000Z' : (stored?.time.toISOString() ?? ''));
  letter.set('Dlq-Body', 'omitted');
  const { seq } = await world.nats.jetstream.publish('dlq.payouts-schedule', '', { headers: letter });
  return { assignmentId, sequence: seq };
}

test('a letter without its body is listed and shown by the original, and redriven with it', async () => {
  const { assignmentId, sequence } = await keepLetterWithoutBody();
  const listed = await world.ops('dlq', 'list', '--assignment', assignmentId);
  expect(listed.stdout).toMatch(/schedule\.confirmed v\d+ .*\(its body is in SCHEDULE, message \d+\)/);
  const shown = await world.ops('dlq', 'show', '--sequence', String(sequence));
  expect(shown.stdout).toMatch(new RegExp(`its body is in SCHEDULE[^]*"partitionkey": "${assignmentId}"`));
  expect(await world.ops('dlq', 'redrive', '--sequence', String(sequence), '--yes')).toMatchObject({ code: 0 });
  await expect.poll(() => world.payoutOf(assignmentId)).toMatchObject({ status: 'PENDING' });
  expect(await lettersOf({ sequence })).toEqual([]);
});

test('a letter without its body whose original is gone, or another one by now, is not redriven', async () => {
  const [rebuilt, removed] = [await keepLetterWithoutBody({ isRebuilt: true }), await keepLetterWithoutBody()];
  const [{ streamSequence = 0 } = {}] = await lettersOf({ sequence: removed.sequence });
  await world.nats.manager.streams.deleteMessage('SCHEDULE', streamSequence);
  const before = await messagesOf('REPLAY');
  for (const { sequence } of [rebuilt, removed]) {
    const number = String(sequence);
    expect(await lettersOf({ sequence })).toMatchObject([{ bodyAt: 'GONE', type: null }]);
    expect((await world.ops('dlq', 'show', '--sequence', number)).stdout).toContain('(its body is gone: SCHEDULE no');
    const refused = await world.ops('dlq', 'redrive', '--sequence', number, '--yes');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/cannot be redriven.*its body is gone/) });
    expect(await world.ops('dlq', 'drop', '--sequence', number, '--yes')).toMatchObject({ code: 0 });
  }
  expect(await messagesOf('REPLAY')).toBe(before);
});

test('what is too large to be given again is said so, and stays', async () => {
  const most = world.nats.connection.info?.max_payload ?? 0;
  const letter = headers();
  letter.set('Dlq-Consumer', 'payouts-schedule');
  letter.set('Dlq-Body', 'omitted');
  letter.set('Dlq-Stream', 'SCHEDULE');
  const { seq } = await world.nats.jetstream.publish('schedule.unread', 'x'.repeat(most));
  const stored = await world.nats.manager.streams.getMessage('SCHEDULE', { seq });
  letter.set('Dlq-Sequence', String(seq));
  letter.set('Dlq-Stored', stored?.time.toISOString() ?? '');
  const { seq: sequence } = await world.nats.jetstream.publish('dlq.payouts-schedule', '', { headers: letter });
  const refused = await world.ops('dlq', 'redrive', '--sequence', String(sequence), '--yes');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('too large to be given again') });
  expect(await lettersOf({ sequence })).toHaveLength(1);
  expect(await world.ops('dlq', 'drop', '--sequence', String(sequence), '--yes')).toMatchObject({ code: 0 });
  await world.nats.manager.streams.deleteMessage('SCHEDULE', seq);
});

test('what cannot be redriven is said before anything is done', async () => {
  await world.nats.jetstream.publish('dlq.nobody', '{}');
  const refused = await world.ops('dlq', 'redrive', '--consumer', 'nobody', '--yes');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^nobody reads no replays.*\n$/) });
  expect(await lettersOf({ consumer: 'nobody' })).toHaveLength(1);
  // It keeps back all that were to go with it: nobody is to find out afterwards which went.
  expect(await world.ops('dlq', 'redrive', '--all', '--yes')).toMatchObject({ code: 1, stdout: '' });
  expect(await world.ops('dlq', 'drop', '--consumer', 'nobody', '--yes')).toMatchObject({ code: 0 });
});

test('a wrong line ends with 2 and says so in a line', async () => {
  expect(await world.ops('dlq', 'list', '--from', 'yesterday')).toEqual({
    code: 2,
    stdout: '',
    stderr: '--from yesterday is not a moment such as 2026-11-20T00:00Z. See: npm run ops -- dlq list --help\n',
  });
  expect(await world.ops('dlq', 'lst')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^There is no command dlq lst\.\n/),
  });
});

test('a consumer that has lost its state gets it back by a replay that nobody else sees', async () => {
  const [assignmentId, another] = [await world.confirmedVisit(), await world.confirmedVisit()];
  await forgetPayouts(assignmentId, another);
  const overheard: string[] = [];
  world.nats.connection.subscribe('schedule.>', {
    callback: (_error, { subject }) => {
      overheard.push(subject);
    },
  });
  const before = await messagesOf('SCHEDULE');

  const from = Temporal.Now.instant().subtract({ hours: 1 }).toString();
  const replayed = await world.ops(
    'replay',
    '--consumer',
    'payouts-schedule',
    '--from',
    from,
    '--assignment',
    assignmentId,
  );
  expect(replayed).toMatchObject({ code: 0, stdout: expect.stringContaining('2 events replayed') });
  expect(replayed.stdout).toContain('payouts-schedule has worked all of it off.');
  expect(await world.payoutOf(assignmentId)).toMatchObject({ status: 'PENDING', version: 1 });
  expect(await world.payoutOf(another)).toMatchObject({ code: 'not-found' });

  const again = ['replay', '--consumer', 'payouts-schedule', '--from', from];
  expect(await world.ops(...again)).toMatchObject({ code: 0 });
  expect(await world.payoutOf(assignmentId)).toMatchObject({ version: 1 });
  expect(await world.payoutOf(another)).toMatchObject({ version: 1 });
  expect(overheard).toEqual([]);
  expect(await messagesOf('SCHEDULE')).toBe(before);
});

test('a replay of what came after the last event replays nothing', async () => {
  const from = Temporal.Now.instant().toString();
  const before = await messagesOf('REPLAY');
  expect(await world.ops('replay', '--consumer', 'payouts-schedule', '--from', from)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('The stream holds nothing of that: nothing is replayed.'),
  });
  expect(await messagesOf('REPLAY')).toBe(before);
});

test('a replay leaves out what is too large to be given again, and goes on', async () => {
  const from = Temporal.Now.instant();
  const { seq } = await world.nats.jetstream.publish(
    'schedule.unread',
    'x'.repeat(world.nats.connection.info?.max_payload ?? 0),
  );
  await world.nats.jetstream.publish('schedule.unread', '{"type":"schedule.unread"}');
  const time = from.subtract({ seconds: 1 }).toString();
  const replayed = await world.ops('replay', '--consumer', 'payouts-schedule', '--from', time);
  expect(replayed).toMatchObject({ code: 0, stdout: expect.stringMatching(/\d+ events? replayed/) });
  expect(replayed.stderr).toContain(`Left out, message ${seq}: a message of`);
});

test('a replay to nobody is refused', async () => {
  const refused = await world.ops('replay', '--consumer', 'payout-schedule', '--from', '2026-11-20T00:00Z');
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^There is no consumer payout-schedule on .*\n$/),
  });
  expect(await world.ops('replay', '--consumer', 'payouts-schedule')).toMatchObject({ code: 2 });
});

/** Payouts as after a restore of yesterday's backup. */
async function forgetPayouts(...assignmentIds: string[]): Promise<void> {
  const client = new Client({ connectionString: world.databases.payouts });
  await client.connect();
  const all = [assignmentIds];
  // Without its triggers, which rightly refuse this.
  await client.query(`set session_replication_role = 'replica'`);
  await client.query(
    'delete from payout_timeline where payout_id in (select id from payout where assignment_id = any($1))',
    all,
  );
  await client.query('delete from payout where assignment_id = any($1)', all);
  await client.query('delete from assignment_view where assignment_id = any($1)', all);
  await client.query('delete from outbox where aggregate_id = any($1)', all);
  await client.query('delete from inbox');
  await client.end();
}
