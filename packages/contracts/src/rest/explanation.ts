import { z } from 'zod';
import { EventType } from '../events/catalog.ts';
import { sample } from '../samples.ts';
import { Instant, TraceId, Uuid, Version } from '../scalars.ts';
import { Assignment } from './assignment.ts';
import { Payout } from './payout.ts';
import { Reminder, ReminderId, ReminderKind } from './reminder.ts';
import { PayoutTimelineItem, TimelineItem } from './timeline.ts';

/**
 * `DEAD`: given up, and kept as a dead letter. `APPLIED`: the consumer's own record is at this
 * version, or beyond. `ACKED`: done with. `DELIVERED`: in its hands, or tried again and again.
 * `PENDING`: it has not come to it yet.
 */
export const ConsumerState = z.enum(['DEAD', 'APPLIED', 'ACKED', 'DELIVERED', 'PENDING']).meta({
  id: 'ConsumerState',
  description:
    '`DEAD`: a dead letter. `APPLIED`: recorded by the consumer. `ACKED`: acknowledged. `DELIVERED`: in work or retried. `PENDING`: not delivered yet',
});
export type ConsumerState = z.infer<typeof ConsumerState>;

export const ConsumedEvent = z
  .strictObject({
    consumer: z.string().describe('Durable name of the consumer'),
    state: ConsumerState.describe('What the consumer did with it'),
    deadLetter: z
      .strictObject({
        sequence: z.int().min(1).describe('Its sequence in the stream DLQ'),
        reason: z.string().describe('The error of the consumer'),
        at: Instant.describe('When the consumer gave up'),
      })
      .meta({ id: 'DeadLetter', description: 'A message that a consumer gave up' })
      .nullable()
      .meta({ description: 'Its sequence in the stream DLQ, and the reason' }),
  })
  .meta({ id: 'ConsumedEvent', description: 'What one consumer did with an event' });
export type ConsumedEvent = z.infer<typeof ConsumedEvent>;

/**
 * One row of an outbox: an event, whether it was published and where to, and what each consumer did
 * with it.
 */
export const OutboxEvent = z
  .strictObject({
    id: Uuid.describe('The id of the CloudEvent'),
    type: EventType.describe('Its type, which is its subject'),
    version: Version.describe('Version of the resource after the change'),
    traceId: TraceId.nullable().describe('The trace of the cause'),
    createdAt: Instant.describe('When the change was made'),
    publishedAt: Instant.nullable().describe('When it was published; null before'),
    streamSequence: z
      .int()
      .min(1)
      .nullable()
      .meta({ description: 'Null if it was not published, or the sequence was not recorded' }),
    consumers: z.array(ConsumedEvent).describe('Its consumers; empty if the broker is unavailable'),
  })
  .meta({ id: 'OutboxEvent', description: 'An event in an outbox' });
export type OutboxEvent = z.infer<typeof OutboxEvent>;

/** How far the record that a consumer keeps of the assignment has come. */
export const Follows = z
  .strictObject({
    consumer: z.string().describe('Durable name of the consumer'),
    version: Version.describe('The latest version that it recorded'),
  })
  .meta({ id: 'Follows', description: 'How far a consumer has come' });
export type Follows = z.infer<typeof Follows>;

/** How many items each list of an explanation has at most. */
export const explainedItems = 50;

const outbox = z.array(OutboxEvent).meta({ description: 'The latest 50 of the last seven days, oldest first' });
const truncated = z
  .boolean()
  .optional()
  .meta({ description: 'True if a list has only its latest 50 items. Absent from services of release 1.0' });

export const ScheduleExplanation = z
  .strictObject({
    assignment: Assignment.describe('The assignment as ops sees it'),
    timeline: z.array(TimelineItem).describe('Its latest changes, oldest first'),
    outbox,
    follows: z.array(Follows).describe('Copies kept here of reminders and payouts'),
    truncated,
  })
  .meta({ id: 'ScheduleExplanation', description: 'The part of scheduling' });
export type ScheduleExplanation = z.infer<typeof ScheduleExplanation>;

/**
 * The `reminder.due` of a reminder that was sent, as the stream has it: reminders keeps no outbox
 * of what is published.
 */
export const SentReminder = z
  .strictObject({ ...OutboxEvent.shape, reminderId: ReminderId.describe('The reminder that was sent') })
  .meta({ id: 'SentReminder', description: 'The `reminder.due` of a sent reminder' });
export type SentReminder = z.infer<typeof SentReminder>;

const UnpublishedReminder = z
  .strictObject({
    type: EventType.describe('The type that the event will have'),
    kind: ReminderKind.describe('What it reminds of'),
    scheduleVersion: Version.describe('Version of the assignment that planned it'),
    at: Instant.describe('When it was decided'),
  })
  .meta({ id: 'UnpublishedReminder', description: 'A decision about a reminder that was not published yet' });

export const RemindersExplanation = z
  .strictObject({
    reminders: z.array(Reminder).describe('The reminders of the assignment'),
    sequence: Version.meta({ description: 'The reminderSequence of the latest decision' }),
    unpublished: z.array(UnpublishedReminder).meta({ description: 'Decided but not yet published' }),
    sent: z
      .array(SentReminder)
      .optional()
      .meta({ description: 'Found in the stream around the time of sending. Absent if the stream could not be read' }),
    follows: z.array(Follows).describe('The copy kept here of the assignment'),
    truncated,
  })
  .meta({ id: 'RemindersExplanation', description: 'The part of reminders' });
export type RemindersExplanation = z.infer<typeof RemindersExplanation>;

const PaymentResult = z
  .strictObject({
    outcome: z
      .enum(['PAID', 'REFUSED', 'ABSENT', 'REVERSED'])
      .describe('`ABSENT`: the payment provider does not know the attempt'),
    reference: z.string().nullable().describe('Reference of the payment'),
    code: z.string().nullable().describe('Reason that the payment provider gave'),
    at: Instant.describe('When it was reported'),
  })
  .meta({ id: 'PaymentResult', description: 'What the payment provider reported of an attempt' });

/**
 * One try to pay by a payment provider; its id is the idempotency key. Without a result nobody
 * knows its end yet.
 */
export const PaymentAttempt = z
  .strictObject({
    id: Uuid.describe('Idempotency key at the payment provider'),
    number: z.int().min(1).describe('Counts the attempts of a payout'),
    account: z.string().describe('The account that was paid'),
    startedAt: Instant.describe('When it began'),
    results: z.array(PaymentResult).describe('What the payment provider reported, oldest first'),
  })
  .meta({ id: 'PaymentAttempt', description: 'One attempt to pay' });
export type PaymentAttempt = z.infer<typeof PaymentAttempt>;

export const PayoutExplanation = z
  .strictObject({
    payout: Payout.nullable().describe('The payout, or null'),
    attempts: z.array(PaymentAttempt).describe('Attempts to pay it'),
    timeline: z.array(PayoutTimelineItem).describe('Its latest changes, oldest first'),
    outbox,
    follows: z.array(Follows).describe('The copy kept here of the assignment'),
    truncated,
  })
  .meta({ id: 'PayoutExplanation', description: 'The part of payouts' });
export type PayoutExplanation = z.infer<typeof PayoutExplanation>;

/**
 * `UNKNOWN`: it has not heard of the assignment. `AWAY`: it gave no answer. `FAILED`: its answer
 * was of no use.
 */
export const MissingPart = z
  .strictObject({
    part: z.enum(['scheduling', 'reminders', 'payouts', 'broker']).describe('Which part'),
    because: z
      .enum(['UNKNOWN', 'AWAY', 'FAILED'])
      .describe('`UNKNOWN`: it does not know the assignment. `AWAY`: no answer. `FAILED`: an unusable answer'),
  })
  .meta({ id: 'MissingPart', description: 'A part that could not be read' });
export type MissingPart = z.infer<typeof MissingPart>;

/**
 * What every service knows about one assignment. A service returns only its own part. The gateway
 * returns the whole, and lists in `missing` the parts that it could not get. Without the broker
 * there are no `consumers`.
 */
export const Explanation = z
  .strictObject({
    assignmentId: Uuid.describe('The assignment'),
    at: Instant.describe('When it was explained'),
    traceIds: z.array(TraceId).meta({ description: 'Traces of everything that happened, oldest first' }),
    scheduling: ScheduleExplanation.nullable().describe('Null if it could not be read'),
    reminders: RemindersExplanation.nullable().describe('Null if it could not be read'),
    payouts: PayoutExplanation.nullable().describe('Null if it could not be read'),
    missing: z.array(MissingPart).describe('The parts that could not be read'),
  })
  .meta({
    id: 'Explanation',
    description: 'Everything known about one assignment',
    examples: [
      {
        assignmentId: sample.assignmentId,
        at: sample.changedAt,
        traceIds: [sample.traceId],
        scheduling: {
          assignment: exampleOf(Assignment),
          timeline: [exampleOf(TimelineItem)],
          outbox: [exampleEvent()],
          follows: [
            { consumer: 'scheduling-reminder', version: 2 },
            { consumer: 'scheduling-payout', version: 1 },
          ],
        },
        reminders: {
          reminders: [exampleOf(Reminder)],
          sequence: 2,
          unpublished: [],
          follows: [{ consumer: 'reminders-schedule', version: 2 }],
        },
        payouts: null,
        missing: [{ part: 'payouts', because: 'AWAY' }],
      },
    ],
  });
export type Explanation = z.infer<typeof Explanation>;

function exampleOf(schema: z.ZodType): unknown {
  return Object.values(schema.meta()?.examples ?? {})[0];
}

function exampleEvent(): OutboxEvent {
  return {
    id: sample.eventId,
    type: 'schedule.confirmed',
    version: 2,
    traceId: sample.traceId,
    createdAt: sample.changedAt,
    publishedAt: '2026-11-28T09:30:00.007Z',
    streamSequence: 17,
    consumers: [
      { consumer: 'reminders-schedule', state: 'APPLIED', deadLetter: null },
      {
        consumer: 'payouts-schedule',
        state: 'DEAD',
        deadLetter: { sequence: 1, reason: 'the amount is out of range', at: '2026-11-28T09:31:10.000Z' },
      },
    ],
  };
}
