import { randomUUID } from 'node:crypto';
import {
  type Assignment,
  makeEvent,
  type PayoutData,
  type PayoutEventType,
  type ReminderData,
  type ReminderEventType,
  readScheduleEvent,
  type ScheduleEvent,
  scheduleEvents,
} from '@punctual/contracts';
import { connectPeer, eventually, type TestEnvironment } from '@punctual/testkit';
import { expect } from 'vitest';

export type Neighbours = Awaited<ReturnType<typeof joinNeighbours>>;

/** Stands in for reminders, payouts and other subscribers to `schedule.*`. */
export async function joinNeighbours(environment: TestEnvironment) {
  const peer = await connectPeer(environment.env);
  return {
    /**
     * Waits for this many events of an assignment behind `schedule.assigned`, and checks each against
     * its contract.
     */
    published: (assignmentId: string, count: number): Promise<ScheduleEvent[]> =>
      eventually(async () => {
        const events: ScheduleEvent[] = [];
        for (const message of await peer.readStream('SCHEDULE')) {
          const event = readScheduleEvent(message.json());
          if (event?.data.assignmentId !== assignmentId) continue;
          scheduleEvents[event.type].strict.parse(message.json());
          events.push(event);
        }
        const [assigned, ...changes] = events;
        expect([assigned?.type, assigned?.sequence]).toEqual(['schedule.assigned', '0000000000']);
        expect(changes).toHaveLength(count);
        return changes;
      }),
    remind: (type: ReminderEventType, assignment: Assignment, data: Partial<ReminderData>) =>
      peer.publish(reminderEvent(type, assignment, data)),
    pay: (type: PayoutEventType, assignment: Assignment, data: Partial<PayoutData>) =>
      peer.publish(payoutEvent(type, assignment, data)),
    /** Waits until a consumer of scheduling has handled all that was published for it. */
    untilConsumed: (stream: 'REMINDER' | 'PAYOUT', durable: string) => peer.untilConsumed(stream, durable),
    /** The reasons of the dead letters of a consumer of scheduling. */
    deadLetterReasons: async (durable: string) =>
      (await peer.readStream('DLQ'))
        .filter(({ subject }) => subject === `dlq.${durable}`)
        .map(({ headers }) => headers?.get('Dlq-Reason')),
    stop: () => peer.stop(),
  };
}

const time = '2026-11-28T09:30:00.000Z';

function reminderEvent(type: ReminderEventType, assignment: Assignment, data: Partial<ReminderData>) {
  const { id: assignmentId, customerId, providerId, timezone } = assignment;
  const full: ReminderData = {
    reminderId: `${assignmentId}:1:upcoming-24h`,
    assignmentId,
    scheduleVersion: 1,
    kind: 'upcoming-24h',
    audience: ['CUSTOMER', 'PROVIDER'],
    dueAt: time,
    sentAt: null,
    latenessMs: null,
    suppressedBecause: type === 'reminder.suppressed' ? 'REJECTED' : null,
    window: { start: time, end: time, timezone, localStart: '2026-11-28T10:30:00+01:00', localEnd: time },
    customerId,
    providerId,
    link: `https://app.punctual.example/assignments/${assignmentId}`,
    reminderSequence: 1,
    ...data,
  };
  return makeEvent({ id: randomUUID(), type, time, sequence: full.reminderSequence, assignmentId, data: full });
}

function payoutEvent(type: PayoutEventType, assignment: Assignment, data: Partial<PayoutData>) {
  const { id: assignmentId, jobId, customerId, providerId, price: amount } = assignment;
  const full: PayoutData = {
    payoutId: randomUUID(),
    assignmentId,
    jobId,
    providerId,
    customerId,
    amount,
    version: 1,
    status: 'PENDING',
    onHold: false,
    approvals: [],
    blockedBecause: null,
    paymentReference: null,
    ...data,
  };
  return makeEvent({ id: randomUUID(), type, time, sequence: full.version, assignmentId, data: full });
}
