import { z } from 'zod';
import { AssignmentStatus } from '../rest/assignment.ts';
import { sample } from '../samples.ts';
import { Actor, Money, ProposedBy, Uuid, Version, Window } from '../scalars.ts';
import type { EventFamily } from './define-event.ts';

/**
 * What follows from a reject: the provider stays, the job asks for quotes again, or the next one is
 * invited.
 */
export const RejectOutcome = z
  .enum(['WINDOW_REJECTED', 'QUOTES_REOPENED', 'NEXT_PROVIDER_INVITED'])
  .meta({ id: 'RejectOutcome' });
export type RejectOutcome = z.infer<typeof RejectOutcome>;

/** One definition that all `schedule.*` schemas share, named as in JSON Schema's `$defs`. */
export const JobTitle = z.string().meta({ id: 'title', description: 'The title of a job, as people write it' });

/**
 * What every `schedule.*` event says, so that nobody has to ask back. Each type narrows it to what
 * is certain there.
 */
export const ScheduleData = z.strictObject({
  assignmentId: Uuid.describe('The assignment'),
  jobId: Uuid.describe('Its job'),
  customerId: Uuid.describe('Whose job it is'),
  providerId: Uuid.describe('Who does the work'),
  scheduleVersion: Version.describe('Version of the assignment after this event; the sequence of the event'),
  status: AssignmentStatus.meta({ description: 'The state after this event' }),
  actor: Actor,
  window: Window.nullable().meta({
    description: 'The window of the event; for a reject or an expiry, the released one',
  }),
  previousWindow: Window.nullable().meta({ description: 'The confirmed window that a new proposal released' }),
  proposedBy: ProposedBy.nullable().meta({ description: 'Who proposed `window`' }),
  notes: z.string().nullable().describe('What the proposer wrote with `window`; null if nothing'),
  reason: z.string().nullable().describe('Why: of a reject, a cancel or a dispute; null if none was given'),
  outcome: RejectOutcome.nullable().describe('What follows from a reject; null otherwise'),
  nextAssignmentId: Uuid.nullable().meta({ description: 'For NEXT_PROVIDER_INVITED, the new assignment' }),
  jobTitle: JobTitle.optional().meta({
    description: 'The title of the job when this happened; absent from events before 1.1',
  }),
  withdrawnEventIds: z.array(Uuid).optional().meta({
    description:
      'Ids of earlier events of the assignment that no longer hold: scheduling was restored from a backup, and this event says again how the assignment is. Undo what followed from them. Absent otherwise',
  }),
  price: Money,
  link: z.url().meta({ description: 'Opens the assignment in the app' }),
});
export type ScheduleData = z.infer<typeof ScheduleData>;

export const scheduleFamily: EventFamily<ScheduleData> = {
  source: '/scheduling',
  stream: 'SCHEDULE',
  common: ScheduleData,
  aggregateOf: (data) => data.assignmentId,
  sequenceOf: (data) => data.scheduleVersion,
};

/** The example that each type of schedule event changes to its own. */
export const scheduleExample = {
  assignmentId: sample.assignmentId,
  jobId: sample.jobId,
  customerId: sample.customerId,
  providerId: sample.providerId,
  scheduleVersion: 1,
  status: 'PROPOSED',
  actor: { id: sample.customerId, role: 'customer' },
  window: sample.window,
  previousWindow: null,
  proposedBy: 'CUSTOMER',
  notes: 'The bell is broken, please knock.',
  reason: null,
  outcome: null,
  nextAssignmentId: null,
  jobTitle: sample.jobTitle,
  price: sample.price,
  link: sample.link,
} as const satisfies ScheduleData;
