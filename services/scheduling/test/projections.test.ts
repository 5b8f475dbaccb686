import { randomUUID } from 'node:crypto';
import type { Assignment, PayoutData, ReminderEventType } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { type GivenJob, type SchedulingService, startScheduling } from './scheduling-service.ts';

let scheduling: SchedulingService;
let neighbours: Neighbours;
beforeAll(async () => {
  scheduling = await startScheduling();
  neighbours = await joinNeighbours(scheduling.environment);
});
afterAll(async () => {
  await neighbours.stop();
  await scheduling.stop();
});

const seen = async ({ customer, assignment }: GivenJob): Promise<Assignment> =>
  (await customer.get(`/assignments/${assignment.id}`)).body;

/** Sends a word on one of the assignment's reminders. */
const remind = (given: GivenJob, type: ReminderEventType, kind: 'upcoming-24h' | 'upcoming-1h', sequence: number) =>
  neighbours.remind(type, given.assignment, {
    kind,
    reminderId: `${given.assignment.id}:2:${kind}`,
    reminderSequence: sequence,
    ...(type === 'reminder.due' && { sentAt: `2026-11-28T09:30:0${sequence}.000Z`, latenessMs: 0 }),
  });

test('the reminder projection follows its events in any order and leaves the version alone', async () => {
  const given = await scheduling.giveJob();
  await remind(given, 'reminder.queued', 'upcoming-1h', 2);
  await eventually(async () => expect((await seen(given)).reminderStatus).toBe('QUEUED'));
  await remind(given, 'reminder.due', 'upcoming-24h', 3);
  await eventually(async () => expect((await seen(given)).reminderStatus).toBe('SENT'));
  await remind(given, 'reminder.queued', 'upcoming-24h', 1);
  await remind(given, 'reminder.suppressed', 'upcoming-1h', 4);
  await neighbours.untilConsumed('REMINDER', 'scheduling-reminder');
  expect(await seen(given)).toMatchObject({
    reminderStatus: 'SENT',
    reminderLastSentAt: '2026-11-28T09:30:03.000Z',
    scheduleVersion: 0,
  });
  await remind(given, 'reminder.overdue', 'upcoming-1h', 5);
  await eventually(async () => expect((await seen(given)).reminderStatus).toBe('OVERDUE'));
});

test('an assignment with only suppressed reminders has none', async () => {
  const given = await scheduling.giveJob();
  await remind(given, 'reminder.queued', 'upcoming-24h', 1);
  await remind(given, 'reminder.queued', 'upcoming-1h', 2);
  await eventually(async () => expect((await seen(given)).reminderStatus).toBe('QUEUED'));
  await remind(given, 'reminder.suppressed', 'upcoming-24h', 3);
  await remind(given, 'reminder.suppressed', 'upcoming-1h', 4);
  await eventually(async () => expect((await seen(given)).reminderStatus).toBe('NONE'));
});

test('the payout projection takes the newest version and names the last approver', async () => {
  const given = await scheduling.giveJob();
  const [ann, bob] = [randomUUID(), randomUUID()];
  const approvals = [
    { by: ann, at: '2026-12-02T08:00:00.000Z' },
    { by: bob, at: '2026-12-02T09:00:00.000Z' },
  ];
  const pay = (data: Partial<PayoutData>) =>
    neighbours.pay(`payout.${(data.status ?? 'PENDING').toLowerCase()}` as 'payout.pending', given.assignment, data);

  await pay({ version: 1 });
  await eventually(async () => expect((await seen(given)).payoutStatus).toBe('PENDING'));
  await pay({ version: 3, status: 'AWAITING_APPROVAL', approvals: approvals.slice(0, 1) });
  await eventually(async () => expect((await seen(given)).payoutStatus).toBe('AWAITING_APPROVAL'));
  expect((await seen(given)).payoutApprovedBy).toBeNull();
  await pay({ version: 4, status: 'APPROVED', approvals });
  await pay({ version: 2, status: 'AWAITING_APPROVAL' });
  await neighbours.untilConsumed('PAYOUT', 'scheduling-payout');
  expect(await seen(given)).toMatchObject({
    payoutStatus: 'APPROVED',
    payoutApprovedBy: bob,
    payoutApprovedAt: '2026-12-02T09:00:00.000Z',
    scheduleVersion: 0,
  });
});

test('an event of an unknown assignment is skipped, and the next one applied', async () => {
  const given = await scheduling.giveJob();
  const foreign = { ...given, assignment: { ...given.assignment, id: randomUUID() } };
  await remind(foreign, 'reminder.queued', 'upcoming-24h', 1);
  await remind(given, 'reminder.queued', 'upcoming-24h', 1);
  await eventually(async () => expect((await seen(given)).reminderStatus).toBe('QUEUED'));
});

test('a known version of a payout with another event id is a dead letter without effect', async () => {
  const given = await scheduling.giveJob();
  const pay = (data: Partial<PayoutData>) =>
    neighbours.pay(data.status === 'PAID' ? 'payout.paid' : 'payout.pending', given.assignment, data);
  await pay({ version: 1 });
  await eventually(async () => expect((await seen(given)).payoutStatus).toBe('PENDING'));

  await pay({ version: 1, status: 'PAID', paymentReference: 'forged' });
  await neighbours.untilConsumed('PAYOUT', 'scheduling-payout');

  expect(await seen(given)).toMatchObject({ payoutStatus: 'PENDING' });
  expect(await neighbours.deadLetterReasons('scheduling-payout')).toEqual([
    expect.stringMatching(/^contradicts version 1: known as event [0-9a-f-]{36}$/),
  ]);
});
