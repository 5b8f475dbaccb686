import { randomUUID } from 'node:crypto';
import type { Assignment, PayoutData, ReminderEventType } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { type Cast, type SchedulingService, startScheduling } from './scheduling-service.ts';

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

const seen = async ({ customer, assignment }: Cast): Promise<Assignment> =>
  (await customer.get(`/assignments/${assignment.id}`)).body;

/** Sends a word on one of the assignment's reminders. */
const remind = (cast: Cast, type: ReminderEventType, kind: 'upcoming-24h' | 'upcoming-1h', sequence: number) =>
  neighbours.remind(type, cast.assignment, {
    kind,
    reminderId: `${cast.assignment.id}:2:${kind}`,
    reminderSequence: sequence,
    ...(type === 'reminder.due' && { sentAt: `2026-11-28T09:30:0${sequence}.000Z`, latenessMs: 0 }),
  });

test('the reminder copy follows its events, in whatever order they come, and leaves the version alone', async () => {
  const cast = await scheduling.cast();
  await remind(cast, 'reminder.queued', 'upcoming-1h', 2);
  await expect.poll(async () => (await seen(cast)).reminderStatus).toBe('QUEUED');
  await remind(cast, 'reminder.due', 'upcoming-24h', 3);
  await expect.poll(async () => (await seen(cast)).reminderStatus).toBe('SENT');
  await remind(cast, 'reminder.queued', 'upcoming-24h', 1);
  await remind(cast, 'reminder.suppressed', 'upcoming-1h', 4);
  await neighbours.untilConsumed('REMINDER', 'scheduling-reminder');
  expect(await seen(cast)).toMatchObject({
    reminderStatus: 'SENT',
    reminderLastSentAt: '2026-11-28T09:30:03.000Z',
    scheduleVersion: 0,
  });
  await remind(cast, 'reminder.overdue', 'upcoming-1h', 5);
  await expect.poll(async () => (await seen(cast)).reminderStatus).toBe('OVERDUE');
});

test('when all that was planned is suppressed, there is no reminder', async () => {
  const cast = await scheduling.cast();
  await remind(cast, 'reminder.queued', 'upcoming-24h', 1);
  await remind(cast, 'reminder.queued', 'upcoming-1h', 2);
  await expect.poll(async () => (await seen(cast)).reminderStatus).toBe('QUEUED');
  await remind(cast, 'reminder.suppressed', 'upcoming-24h', 3);
  await remind(cast, 'reminder.suppressed', 'upcoming-1h', 4);
  await expect.poll(async () => (await seen(cast)).reminderStatus).toBe('NONE');
});

test('the payout copy takes the newest word, and names who approved last', async () => {
  const cast = await scheduling.cast();
  const [ann, bob] = [randomUUID(), randomUUID()];
  const approvals = [
    { by: ann, at: '2026-12-02T08:00:00.000Z' },
    { by: bob, at: '2026-12-02T09:00:00.000Z' },
  ];
  const pay = (data: Partial<PayoutData>) =>
    neighbours.pay(`payout.${(data.status ?? 'PENDING').toLowerCase()}` as 'payout.pending', cast.assignment, data);

  await pay({ version: 1 });
  await expect.poll(async () => (await seen(cast)).payoutStatus).toBe('PENDING');
  await pay({ version: 3, status: 'AWAITING_APPROVAL', approvals: approvals.slice(0, 1) });
  await expect.poll(async () => (await seen(cast)).payoutStatus).toBe('AWAITING_APPROVAL');
  expect((await seen(cast)).payoutApprovedBy).toBeNull();
  await pay({ version: 4, status: 'APPROVED', approvals });
  await pay({ version: 2, status: 'AWAITING_APPROVAL' });
  await neighbours.untilConsumed('PAYOUT', 'scheduling-payout');
  expect(await seen(cast)).toMatchObject({
    payoutStatus: 'APPROVED',
    payoutApprovedBy: bob,
    payoutApprovedAt: '2026-12-02T09:00:00.000Z',
    scheduleVersion: 0,
  });
});

test('an event of an assignment that is not ours is passed over, and the next one is taken', async () => {
  const cast = await scheduling.cast();
  const foreign = { ...cast, assignment: { ...cast.assignment, id: randomUUID() } };
  await remind(foreign, 'reminder.queued', 'upcoming-24h', 1);
  await remind(cast, 'reminder.queued', 'upcoming-24h', 1);
  await expect.poll(async () => (await seen(cast)).reminderStatus).toBe('QUEUED');
});
