import { randomUUID } from 'node:crypto';
import { BrokerConfig, connectBroker, publishEvent, readConfig } from '@punctual/chassis';
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
import type { TestEnvironment } from '@punctual/devstack';
import { pino } from 'pino';
import { expect, vi } from 'vitest';

export type Neighbours = Awaited<ReturnType<typeof joinNeighbours>>;

/** The test in the place of reminders, of payouts and of whoever subscribes to `schedule.*`. */
export async function joinNeighbours(environment: TestEnvironment) {
  const closing = new AbortController();
  const releasers: (() => unknown)[] = [];
  const lifecycle = {
    stopping: closing.signal,
    signal: closing.signal,
    onShutdown: (_name: string, release: () => unknown) => void releasers.push(release),
  };
  const config = readConfig(BrokerConfig, environment.env);
  const handle = connectBroker({ config, name: 'neighbours', logger: pino({ level: 'silent' }), lifecycle });
  const broker = await handle.connected();

  return {
    /** The events of an assignment, once there are so many, each of them exactly as its contract says. */
    published: (assignmentId: string, count: number): Promise<ScheduleEvent[]> =>
      vi.waitFor(
        async () => {
          const events: ScheduleEvent[] = [];
          const { state } = await broker.manager.streams.info('SCHEDULE');
          for (let seq = state.first_seq; seq > 0 && seq <= state.last_seq; seq += 1) {
            const message = await broker.manager.streams.getMessage('SCHEDULE', { seq });
            const event = message && readScheduleEvent(message.json());
            if (!message || event?.data.assignmentId !== assignmentId) continue;
            scheduleEvents[event.type].strict.parse(message.json());
            events.push(event);
          }
          expect(events).toHaveLength(count);
          return events;
        },
        { timeout: 15_000, interval: 50 },
      ),
    remind: (type: ReminderEventType, assignment: Assignment, data: Partial<ReminderData>) =>
      publishEvent(broker, reminderEvent(type, assignment, data)),
    pay: (type: PayoutEventType, assignment: Assignment, data: Partial<PayoutData>) =>
      publishEvent(broker, payoutEvent(type, assignment, data)),
    /** Waits until a consumer of scheduling has handled all that was published for it. */
    untilConsumed: (stream: 'REMINDER' | 'PAYOUT', durable: string) =>
      vi.waitFor(
        async () => {
          const { num_pending, num_ack_pending, delivered } = await broker.manager.consumers.info(stream, durable);
          expect([num_pending, num_ack_pending]).toEqual([0, 0]);
          expect(delivered.stream_seq).toBeGreaterThan(0);
        },
        { timeout: 15_000, interval: 50 },
      ),
    stop: async () => {
      closing.abort();
      for (const release of releasers.toReversed()) await release();
    },
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
