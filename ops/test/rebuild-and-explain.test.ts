import { randomUUID } from 'node:crypto';
import { AckPolicy } from '@nats-io/jetstream';
import { readStream } from '@punctual/chassis';
import { readScheduleEvent } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpsStack, startOpsStack } from './world.ts';

let world: OpsStack;
let assignmentId: string;

beforeAll(async () => {
  world = await startOpsStack('rebuild-and-explain');
  assignmentId = await world.confirmedVisit();
});

afterAll(() => world?.stop());

/** The ids and types of all events on the stream, in order. */
async function subscribe() {
  const messages = await Array.fromAsync(readStream(world.nats, 'SCHEDULE'));
  return messages
    .map((message) => readScheduleEvent(message.json()))
    .map((event) => ({ id: event?.id, type: event?.type }));
}

const explanation = (id = assignmentId) => world.ask('ops', randomUUID(), 'GET', `/ops/assignments/${id}/explain`);

test('explain shows an assignment with its events and consumers', async () => {
  const applied = (consumer: string) => ({ consumer, state: 'APPLIED', deadLetter: null });
  const consumers = [applied('payouts-schedule'), applied('reminders-schedule')];
  await eventually(async () =>
    expect(await explanation()).toMatchObject({
      assignmentId,
      traceIds: [expect.any(String), expect.any(String), expect.any(String)],
      scheduling: {
        assignment: { status: 'CONFIRMED' },
        timeline: [{ type: 'schedule.assigned' }, { type: 'schedule.proposed' }, { type: 'schedule.confirmed' }],
        outbox: [
          { type: 'schedule.assigned', version: 0, streamSequence: 1, publishedAt: expect.any(String), consumers },
          { type: 'schedule.proposed', version: 1, streamSequence: 2, publishedAt: expect.any(String), consumers },
          { type: 'schedule.confirmed', version: 2, streamSequence: 3, publishedAt: expect.any(String), consumers },
        ],
      },
      reminders: {
        reminders: expect.arrayContaining([expect.objectContaining({ kind: 'upcoming-1h', state: 'PLANNED' })]),
        sent: [],
      },
      payouts: {
        payout: { status: 'PENDING' },
        outbox: [{ type: 'payout.pending', consumers: [applied('scheduling-payout')] }],
      },
      missing: [],
    }),
  );
  const { code, stdout } = await world.ops('explain', assignmentId);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^CONFIRMED, version 2: .* Europe\/Berlin, proposed by CUSTOMER$/m);
  expect(stdout).toMatch(
    /^ {2}schedule\.confirmed v2 {2}\S+ {2}published \S+ as number 3\n {4}payouts-schedule: applied$/m,
  );
  expect(stdout).toMatch(/^ {2}2 +upcoming-1h +CUSTOMER, PROVIDER +\S+ +PLANNED$/m);
  expect(stdout).toMatch(/ PENDING, version 1, 8000 minor units of EUR$/m);
});

test('explain refuses unknown assignments, and reports missing parts', async () => {
  const unknown = await world.ops('explain', randomUUID());
  expect(unknown).toMatchObject({ code: 1, stderr: 'not-found: There is no such assignment.\n' });
  expect(await world.ops('explain', 'my-assignment')).toMatchObject({ code: 2 });

  await world.stack.service('payouts').stop();
  const { stdout } = await world.ops('explain', assignmentId);
  await world.stack.service('payouts').start();
  expect(stdout).toContain('! payouts did not answer');
  expect(stdout).toContain('CONFIRMED, version 2');
});

test('rebuild-stream refills a lost stream from the outbox, in order', async () => {
  const before = await subscribe();
  expect(before.map(({ type }) => type)).toEqual(['schedule.assigned', 'schedule.proposed', 'schedule.confirmed']);
  await world.nats.manager.streams.delete('SCHEDULE');

  const planned = await world.ops('rebuild-stream', '--stream', 'SCHEDULE');
  expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining('with the same ids: 3 events') });
  expect(await subscribe()).toEqual([]);
  const rebuilt = await world.ops('rebuild-stream', '--stream', 'SCHEDULE', '--yes');
  expect(rebuilt).toMatchObject({ code: 0, stdout: expect.stringContaining('3 events on SCHEDULE again.') });
  expect(await subscribe()).toEqual(before);

  // The services' consumers continue, and events that they know change nothing.
  const another = await world.confirmedVisit();
  expect(await world.payoutOf(another)).toMatchObject({ version: 1 });
  expect(await world.payoutOf(assignmentId)).toMatchObject({ version: 1 });
});

test('rebuild-stream publishes only missing events', async () => {
  const [, second] = await subscribe();
  await world.nats.manager.streams.purge('SCHEDULE', { seq: 2 });
  const { stdout } = await world.ops('rebuild-stream', '--stream', 'SCHEDULE');
  expect(stdout).toContain('out of order');
  expect(stdout).toContain('with the same ids: 1 event,');
  expect((await subscribe())[0]).toEqual(second);

  const whole = await world.ops('rebuild-stream', '--stream', 'PAYOUT', '--yes');
  expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining('No event of the outbox is missing') });
});

test('explain finds the order of a sent reminder, and its consumers', async () => {
  const id = await world.confirmedVisit({ startsInMinutes: 30 });
  await world.nats.manager.consumers.add('REMINDER', {
    durable_name: 'notifier',
    ack_policy: AckPolicy.Explicit,
    filter_subject: 'reminder.due',
  });
  const reminderId = `${id}:2:upcoming-1h`;
  const scheduling = { consumer: 'scheduling-reminder', state: 'APPLIED', deadLetter: null };
  const order = { reminderId, type: 'reminder.due', publishedAt: expect.any(String) };
  const pending = { consumer: 'notifier', state: 'PENDING', deadLetter: null };
  expect(await explanation(id)).toMatchObject({
    reminders: { sent: [{ ...order, consumers: [pending, scheduling] }] },
  });

  const notifier = await world.nats.jetstream.consumers.get('REMINDER', 'notifier');
  await (await notifier.next())?.ackAck();
  expect((await world.ops('explain', id)).stdout).toMatch(
    /^ {2}reminder\.due upcoming-1h v\d+ .* as number \d+\n {4}notifier: acknowledged\n {4}scheduling-reminder: applied$/m,
  );
});

test('rebuild-stream declares REMINDER, and reminders refills it', async () => {
  const before = await world.confirmedVisit({ startsInMinutes: 30 });
  const { state } = await world.nats.manager.streams.info('REMINDER');
  await world.nats.manager.streams.delete('REMINDER');
  const gone = 'upcoming-1h of version 2 was sent, but its reminder.due is not on REMINDER around that time';
  expect(await world.ops('rebuild-stream', '--stream', 'reminder', '--yes')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`${state.messages} events on REMINDER again`),
  });
  expect((await world.ops('explain', before)).stdout).not.toContain(gone);
  const after = await world.confirmedVisit({ startsInMinutes: 30 });
  expect(await explanation(after)).toMatchObject({ reminders: { sent: [{ reminderId: `${after}:2:upcoming-1h` }] } });
  expect(await world.ops('rebuild-stream', '--stream', 'DLQ', '--yes')).toMatchObject({ code: 2 });
});

test('drift shows differences and changes nothing', async () => {
  const agreed = await world.ops('payouts', 'drift');
  expect(agreed).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^0 differences between payouts and scheduling and its events, /),
  });

  const database = new Client({ connectionString: world.databases.payouts });
  await database.connect();
  await database.query('update assignment_view set amount_minor = 7 where assignment_id = $1', [assignmentId]);
  await database.end();
  const { code, stdout } = await world.ops('payouts', 'drift');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^1 difference between payouts and scheduling and its events, /);
  expect(stdout).toMatch(new RegExp(`^AMOUNT_DIFFERS +\\S+ +${assignmentId} +8000 EUR instead of 7 EUR$`, 'm'));
  const { stdout: json } = await world.ops('payouts', 'drift', '--json');
  expect(JSON.parse(json)).toMatchObject({ total: 1, items: [{ kind: 'AMOUNT_DIFFERS', assignmentId }] });
});
