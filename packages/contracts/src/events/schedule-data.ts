import { z } from 'zod';
import { AssignmentStatus } from '../rest/assignment.ts';
import { sample } from '../samples.ts';
import { Actor, Money, ProposedBy, Uuid, Version, Window } from '../scalars.ts';
import type { EventFamily } from './define-event.ts';

/** What follows from a reject: the provider stays, the job asks for quotes again, or the next one is invited. */
export const RejectOutcome = z
  .enum(['WINDOW_REJECTED', 'QUOTES_REOPENED', 'NEXT_PROVIDER_INVITED'])
  .meta({ id: 'RejectOutcome' });
export type RejectOutcome = z.infer<typeof RejectOutcome>;

/** What every `schedule.*` event says, so that nobody has to ask back. Each type narrows it to what is certain there. */
export const ScheduleData = z.strictObject({
  assignmentId: Uuid,
  jobId: Uuid,
  customerId: Uuid,
  providerId: Uuid,
  scheduleVersion: Version,
  status: AssignmentStatus.meta({ description: 'As it is after this event' }),
  actor: Actor,
  window: Window.nullable().meta({
    description: 'The window it is about; of a reject or an expiry, the one that is gone',
  }),
  previousWindow: Window.nullable().meta({ description: 'The confirmed window that a new proposal has released' }),
  proposedBy: ProposedBy.nullable().meta({ description: 'Who proposed `window`' }),
  notes: z.string().nullable(),
  reason: z.string().nullable(),
  outcome: RejectOutcome.nullable(),
  nextAssignmentId: Uuid.nullable().meta({ description: 'With NEXT_PROVIDER_INVITED, the new assignment' }),
  price: Money,
  link: z.url().meta({ description: 'Opens the assignment in the app' }),
});
export type ScheduleData = z.infer<typeof ScheduleData>;

export const scheduleFamily: EventFamily<ScheduleData> = {
  source: '/scheduling',
  stream: 'SCHEDULE',
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
  price: sample.price,
  link: sample.link,
} as const satisfies ScheduleData;
