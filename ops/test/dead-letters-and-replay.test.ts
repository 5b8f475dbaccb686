import { randomUUID } from 'node:crypto';
import { headers } from '@nats-io/transport-node';
import { allEvents } from '@punctual/contracts';
import { type DeadLetterFilter, deliverAgain, selectDeadLetters } from '@punctual/operations';
import { eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpsStack, startOpsStack } from './world.ts';

let world: OpsStack;

beforeAll(async () => {
  world = await startOpsStack('letters-and-replay');
});

afterAll(() => world?.stop());

const everything: DeadLetterFilter = {
  consumer: undefined,
  type: undefined,
  assignment: undefined,
  from: undefined,
  to: undefined,
  sequence: undefined,
};

/** Stores a dead letter of payouts with an event that no consumer has handled. */
async function storeDeadLetter(): Promise<{ assignmentId: string; sequence: number }> {
  const { example } = allEvents['schedule.confirmed'];
  const [id, assignmentId] = [randomUUID(), randomUUID()];
  const event = { ...example, id, subject: assignmentId, partitionkey: assignmentId };
  const letter = headers();
  letter.set('Dlq-Consumer', 'payouts-schedule');
  letter.set('Dlq-Reason', 'a fault that is fixed');
  letter.set('Dlq-Stream', 'SCHEDULE');
  letter.set('Dlq-Sequence', '1000000');
  letter.set('Dlq-Deliveries', '8');
  const body = JSON.stringify({ ...event, data: { ...event.data, assignmentId } });
  const { seq } = await world.nats.jetstream.publish('dlq.payouts-schedule', body, { headers: letter });
  return { assignmentId, sequence: seq };
}

const deadLettersOf = (filter: Partial<DeadLetterFilter>) =>
  selectDeadLetters(world.nats, { ...everything, ...filter });
const messagesOf = async (stream: string) => (await world.nats.manager.streams.info(stream)).state.messages;

test('dlq does nothing when there are no dead letters', async () => {
  const none = 'No matching dead letters.\n';
  expect(await world.ops('dlq', 'list')).toEqual({ code: 0, stdout: none, stderr: '' });
  expect(await world.ops('dlq', 'list', '--json')).toMatchObject({ code: 0, stdout: '[]\n' });
  expect(await world.ops('dlq', 'show')).toEqual({ code: 1, stdout: '', stderr: none });
  expect(await world.ops('dlq', 'redrive', '--all', '--yes')).toEqual({ code: 0, stdout: none, stderr: '' });
  expect(await world.ops('dlq', 'drop', '--all', '--yes')).toEqual({ code: 0, stdout: none, stderr: '' });
});

test('dlq lists, shows and drops the dead letters of a malformed event', async () => {
  const from = Temporal.Now.instant();
  const body = JSON.stringify({ ...allEvents['schedule.confirmed'].example, data: { poison: true } });
  // The publisher's expectations of its stream must not keep the copy out of the DLQ.
  await world.nats.jetstream.publish('schedule.confirmed', body, { expect: { streamName: 'SCHEDULE' } });
  await eventually(async () => expect(await deadLettersOf({ from })).toHaveLength(2));

  const [letter] = await deadLettersOf({ from, consumer: 'payouts-schedule', type: 'schedule.confirmed' });
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
  expect(await deadLettersOf({ sequence: letter?.sequence })).toHaveLength(1);
  expect(await world.ops('dlq', 'drop', '--sequence', number, '--yes')).toMatchObject({ code: 0 });
  expect(await deadLettersOf({ from })).toMatchObject([{ consumer: 'reminders-schedule' }]);
});

test('redrive of a malformed event ends in a dead letter again', async () => {
  const from = Temporal.Now.instant();
  expect(await world.ops('dlq', 'redrive', '--consumer', 'reminders-schedule', '--yes')).toMatchObject({ code: 0 });
  await eventually(async () =>
    expect(await deadLettersOf({ consumer: 'reminders-schedule' })).toMatchObject([
      { stream: 'REPLAY', reason: expect.stringContaining('malformed') },
    ]),
  );
  expect(await deadLettersOf({ to: from, consumer: 'reminders-schedule' })).toEqual([]);
});

test('redrive reaches only the consumer that gave up, and removes the dead letter', async () => {
  const { assignmentId, sequence } = await storeDeadLetter();
  const before = await messagesOf('SCHEDULE');
  const redriven = await world.ops('dlq', 'redrive', '--assignment', assignmentId, '--yes');
  expect(redriven).toMatchObject({ code: 0, stdout: expect.stringContaining('1 redriven.') });

  await eventually(async () =>
    expect(await world.payoutOf(assignmentId)).toMatchObject({ status: 'PENDING', version: 1 }),
  );
  expect(await deadLettersOf({ sequence })).toEqual([]);
  expect(await messagesOf('SCHEDULE')).toBe(before);
  expect(await world.ops('dlq', 'redrive', '--assignment', assignmentId, '--yes')).toEqual({
    code: 0,
    stdout: 'No matching dead letters.\n',
    stderr: '',
  });
  const explained = await world.ops('explain', assignmentId, '--json');
  expect(JSON.parse(explained.stdout)).toMatchObject({
    reminders: null,
    payouts: { follows: [{ consumer: 'payouts-schedule', version: 2 }] },
  });
});

test('redrive can be repeated after a crash, and the stream stores the copy once', async () => {
  const { assignmentId, sequence } = await storeDeadLetter();
  const letters = await selectDeadLetters(world.nats, { ...everything, sequence });
  for (const letter of letters) await deliverAgain(world.nats, letter);
  await eventually(async () => expect(await world.payoutOf(assignmentId)).toMatchObject({ version: 1 }));

  const replayed = await messagesOf('REPLAY');
  expect(await world.ops('dlq', 'redrive', '--sequence', String(sequence), '--yes')).toMatchObject({ code: 0 });
  expect(await messagesOf('REPLAY')).toBe(replayed);
  expect(await deadLettersOf({ sequence })).toEqual([]);
});

/** Stores a dead letter without its body, as when a copy of the event does not fit. */
async function storeDeadLetterWithoutBody({
  isRebuilt = false,
} = {}): Promise<{ assignmentId: string; sequence: number }> {
  const { example } = allEvents['schedule.confirmed'];
  const [id, assignmentId] = [randomUUID(), randomUUID()];
  const event = { ...example, id, subject: assignmentId, partitionkey: assignmentId };
  // No service reads this subject, so none has applied it already.
  const body = JSON.stringify({ ...event, data: { ...event.data, assignmentId } });
  const original = await world.nats.jetstream.publish('schedule.unread', body);
  const stored = await world.nats.manager.streams.getMessage('SCHEDULE', { seq: original.seq });
  const letter = headers();
  letter.set('Dlq-Consumer', 'payouts-schedule');
  letter.set('Dlq-Reason', 'a fault that is fixed');
  letter.set('Dlq-Stream', 'SCHEDULE');
  letter.set('Dlq-Sequence', String(original.seq));
  letter.set('Dlq-Stored', isRebuilt ? '2026-11-01T00:00:00.000Z' : (stored?.time.toISOString() ?? ''));
  letter.set('Dlq-Body', 'omitted');
  const { seq } = await world.nats.jetstream.publish('dlq.payouts-schedule', '', { headers: letter });
  return { assignmentId, sequence: seq };
}

test('a dead letter without its body is listed, shown and redriven from its original', async () => {
  const { assignmentId, sequence } = await storeDeadLetterWithoutBody();
  const listed = await world.ops('dlq', 'list', '--assignment', assignmentId);
  expect(listed.stdout).toMatch(/schedule\.confirmed v\d+ .*\(its body is in SCHEDULE, message \d+\)/);
  const shown = await world.ops('dlq', 'show', '--sequence', String(sequence));
  expect(shown.stdout).toMatch(new RegExp(`its body is in SCHEDULE[^]*"partitionkey": "${assignmentId}"`));
  expect(await world.ops('dlq', 'redrive', '--sequence', String(sequence), '--yes')).toMatchObject({ code: 0 });
  await eventually(async () => expect(await world.payoutOf(assignmentId)).toMatchObject({ status: 'PENDING' }));
  expect(await deadLettersOf({ sequence })).toEqual([]);
});

test('a dead letter whose original is gone or replaced is not redriven', async () => {
  const [rebuilt, removed] = [
    await storeDeadLetterWithoutBody({ isRebuilt: true }),
    await storeDeadLetterWithoutBody(),
  ];
  const [{ streamSequence = 0 } = {}] = await deadLettersOf({ sequence: removed.sequence });
  await world.nats.manager.streams.deleteMessage('SCHEDULE', streamSequence);
  const before = await messagesOf('REPLAY');
  for (const { sequence } of [rebuilt, removed]) {
    const number = String(sequence);
    expect(await deadLettersOf({ sequence })).toMatchObject([{ bodyAt: 'GONE', type: null }]);
    expect((await world.ops('dlq', 'show', '--sequence', number)).stdout).toContain('(its body is gone: SCHEDULE no');
    const refused = await world.ops('dlq', 'redrive', '--sequence', number, '--yes');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/cannot be redriven.*its body is gone/) });
    expect(await world.ops('dlq', 'drop', '--sequence', number, '--yes')).toMatchObject({ code: 0 });
  }
  expect(await messagesOf('REPLAY')).toBe(before);
});

test('redrive refuses a message that is too large, and keeps the dead letter', async () => {
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
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('too large to replay') });
  expect(await deadLettersOf({ sequence })).toHaveLength(1);
  expect(await world.ops('dlq', 'drop', '--sequence', String(sequence), '--yes')).toMatchObject({ code: 0 });
  await world.nats.manager.streams.deleteMessage('SCHEDULE', seq);
});

test('redrive refuses before it does anything', async () => {
  await world.nats.jetstream.publish('dlq.nobody', '{}');
  const refused = await world.ops('dlq', 'redrive', '--consumer', 'nobody', '--yes');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^nobody reads no replays.*\n$/) });
  expect(await deadLettersOf({ consumer: 'nobody' })).toHaveLength(1);
  // Nothing is redriven if any of them cannot be.
  expect(await world.ops('dlq', 'redrive', '--all', '--yes')).toMatchObject({ code: 1, stdout: '' });
  expect(await world.ops('dlq', 'drop', '--consumer', 'nobody', '--yes')).toMatchObject({ code: 0 });
});

test('an invalid command line exits with 2 and one line', async () => {
  expect(await world.ops('dlq', 'list', '--from', 'yesterday')).toEqual({
    code: 2,
    stdout: '',
    stderr: '--from yesterday is not a time such as 2026-11-20T00:00Z. See: npm run ops -- dlq list --help\n',
  });
  expect(await world.ops('dlq', 'lst')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Unknown command: dlq lst\.\n/),
  });
});

test('replay restores the lost state of one consumer, and reaches no other', async () => {
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
  expect(replayed).toMatchObject({ code: 0, stdout: expect.stringContaining('3 events replayed') });
  expect(replayed.stdout).toContain('payouts-schedule has handled all of them.');
  expect(await world.payoutOf(assignmentId)).toMatchObject({ status: 'PENDING', version: 1 });
  expect(await world.payoutOf(another)).toMatchObject({ code: 'not-found' });

  const again = ['replay', '--consumer', 'payouts-schedule', '--from', from];
  expect(await world.ops(...again)).toMatchObject({ code: 0 });
  expect(await world.payoutOf(assignmentId)).toMatchObject({ version: 1 });
  expect(await world.payoutOf(another)).toMatchObject({ version: 1 });
  expect(overheard).toEqual([]);
  expect(await messagesOf('SCHEDULE')).toBe(before);
});

test('replay from after the last event replays nothing', async () => {
  const from = Temporal.Now.instant().toString();
  const before = await messagesOf('REPLAY');
  expect(await world.ops('replay', '--consumer', 'payouts-schedule', '--from', from)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('No matching events on the stream: nothing was replayed.'),
  });
  expect(await messagesOf('REPLAY')).toBe(before);
});

test('replay skips messages that are too large', async () => {
  const from = Temporal.Now.instant();
  const { seq } = await world.nats.jetstream.publish(
    'schedule.unread',
    'x'.repeat(world.nats.connection.info?.max_payload ?? 0),
  );
  await world.nats.jetstream.publish('schedule.unread', '{"type":"schedule.unread"}');
  const time = from.subtract({ seconds: 1 }).toString();
  const replayed = await world.ops('replay', '--consumer', 'payouts-schedule', '--from', time);
  expect(replayed).toMatchObject({ code: 0, stdout: expect.stringMatching(/\d+ events? replayed/) });
  expect(replayed.stderr).toContain(`Skipped message ${seq}: a message of`);
});

test('replay to an unknown consumer is refused', async () => {
  const refused = await world.ops('replay', '--consumer', 'payout-schedule', '--from', '2026-11-20T00:00Z');
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^There is no consumer payout-schedule on .*\n$/),
  });
  expect(await world.ops('replay', '--consumer', 'payouts-schedule')).toMatchObject({ code: 2 });
});

/** Removes assignments from payouts, as restoring an old backup does. */
async function forgetPayouts(...assignmentIds: string[]): Promise<void> {
  const client = new Client({ connectionString: world.databases.payouts });
  await client.connect();
  const all = [assignmentIds];
  // Disables the triggers, which refuse this.
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
