import { z } from 'zod';
import { EventType } from '../events/catalog.ts';
import { sample } from '../samples.ts';
import { Instant, TraceId, Uuid, Version } from '../scalars.ts';
import { Assignment } from './assignment.ts';
import { Payout } from './payout.ts';
import { Reminder, ReminderId, ReminderKind } from './reminder.ts';
import { TimelineItem } from './timeline.ts';

/**
 * `DEAD`: given up, and kept as a dead letter. `APPLIED`: the consumer's own record is at this version, or beyond. `ACKED`: done
 * with. `DELIVERED`: in its hands, or tried again and again. `PENDING`: it has not come to it yet.
 */
export const ConsumerState = z.enum(['DEAD', 'APPLIED', 'ACKED', 'DELIVERED', 'PENDING']).meta({ id: 'ConsumerState' });
export type ConsumerState = z.infer<typeof ConsumerState>;

export const ConsumedEvent = z
  .strictObject({
    consumer: z.string(),
    state: ConsumerState,
    deadLetter: z
      .strictObject({ sequence: z.int().min(1), reason: z.string(), at: Instant })
      .nullable()
      .meta({ description: 'Its place in the stream DLQ, and why it is there' }),
  })
  .meta({ id: 'ConsumedEvent' });
export type ConsumedEvent = z.infer<typeof ConsumedEvent>;

/** One row of an outbox: an event, whether it was published and where to, and what each consumer did with it. */
export const OutboxEvent = z
  .strictObject({
    id: Uuid,
    type: EventType,
    version: Version,
    traceId: TraceId.nullable(),
    createdAt: Instant,
    publishedAt: Instant.nullable(),
    streamSequence: z.int().min(1).nullable().meta({ description: 'Null when it was not published, or not noted' }),
    consumers: z.array(ConsumedEvent),
  })
  .meta({ id: 'OutboxEvent' });
export type OutboxEvent = z.infer<typeof OutboxEvent>;

/** How far the record that a consumer keeps of the assignment has come. */
export const Follows = z.strictObject({ consumer: z.string(), version: Version }).meta({ id: 'Follows' });
export type Follows = z.infer<typeof Follows>;

/** How many items each list of an explanation has at most. */
export const explainedItems = 50;

const outbox = z.array(OutboxEvent).meta({ description: 'Of the last seven days, the latest 50, oldest first' });
const truncated = z
  .boolean()
  .optional()
  .meta({ description: 'True when a list here has its latest 50 items only. Absent from services of 1.0' });

export const ScheduleExplanation = z
  .strictObject({
    assignment: Assignment,
    timeline: z.array(TimelineItem),
    outbox,
    follows: z.array(Follows),
    truncated,
  })
  .meta({ id: 'ScheduleExplanation' });
export type ScheduleExplanation = z.infer<typeof ScheduleExplanation>;

/** The `reminder.due` of a reminder that was sent, as the stream has it: reminders keeps no outbox of what is published. */
export const SentReminder = z
  .strictObject({ ...OutboxEvent.shape, reminderId: ReminderId })
  .meta({ id: 'SentReminder' });
export type SentReminder = z.infer<typeof SentReminder>;

export const RemindersExplanation = z
  .strictObject({
    reminders: z.array(Reminder),
    sequence: Version.meta({ description: 'The reminderSequence of what was decided last' }),
    unpublished: z
      .array(z.strictObject({ type: EventType, kind: ReminderKind, scheduleVersion: Version, at: Instant }))
      .meta({ description: 'Decided, and not on the stream yet' }),
    sent: z
      .array(SentReminder)
      .optional()
      .meta({ description: 'Found on the stream around the moment of sending. Absent when nobody could look' }),
    follows: z.array(Follows),
    truncated,
  })
  .meta({ id: 'RemindersExplanation' });
export type RemindersExplanation = z.infer<typeof RemindersExplanation>;

/** One try to pay by a payment provider; its id is the idempotency key. Without a result nobody knows its end yet. */
export const PaymentAttempt = z
  .strictObject({
    id: Uuid,
    number: z.int().min(1),
    account: z.string(),
    startedAt: Instant,
    results: z.array(
      z.strictObject({
        outcome: z.enum(['PAID', 'REFUSED', 'ABSENT', 'REVERSED']),
        reference: z.string().nullable(),
        code: z.string().nullable(),
        at: Instant,
      }),
    ),
  })
  .meta({ id: 'PaymentAttempt' });
export type PaymentAttempt = z.infer<typeof PaymentAttempt>;

export const PayoutExplanation = z
  .strictObject({
    payout: Payout.nullable(),
    attempts: z.array(PaymentAttempt),
    timeline: z.array(TimelineItem),
    outbox,
    follows: z.array(Follows),
    truncated,
  })
  .meta({ id: 'PayoutExplanation' });
export type PayoutExplanation = z.infer<typeof PayoutExplanation>;

/** `UNKNOWN`: it has not heard of the assignment. `AWAY`: it gave no answer. `FAILED`: its answer was of no use. */
export const MissingPart = z
  .strictObject({
    part: z.enum(['scheduling', 'reminders', 'payouts', 'broker']),
    because: z.enum(['UNKNOWN', 'AWAY', 'FAILED']),
  })
  .meta({ id: 'MissingPart' });
export type MissingPart = z.infer<typeof MissingPart>;

/**
 * What every part knows of one assignment. A service asked by itself answers its own part alone; the gateway answers the whole, and
 * names in `missing` what it could not have. While the broker is missing, no `consumers` are told.
 */
export const Explanation = z
  .strictObject({
    assignmentId: Uuid,
    at: Instant,
    traceIds: z.array(TraceId).meta({ description: 'Of all that happened, oldest first' }),
    scheduling: ScheduleExplanation.nullable(),
    reminders: RemindersExplanation.nullable(),
    payouts: PayoutExplanation.nullable(),
    missing: z.array(MissingPart),
  })
  .meta({
    id: 'Explanation',
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
