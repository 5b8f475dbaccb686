import { currentTraceparent } from '@punctual/chassis';
import { makePersonErased, type PersonErased, type ScheduleEventType, type ScheduleInput } from '@punctual/contracts';
import type { AcceptedChange } from '../domain/change.ts';
import { presentWindow } from '../domain/present.ts';

/**
 * The `data` of the event of a change, so complete that no consumer has to ask for more (design
 * §5).
 */
export function scheduleEventData(change: AcceptedChange, linkBase: string): ScheduleInput {
  const { type, before, after } = change;
  // A reject or an expiry is about the window that is gone.
  const subject = before && aboutThePast.has(type) ? before : after;
  const released = type === 'schedule.proposed' && before?.status === 'CONFIRMED' ? before : undefined;
  return {
    assignmentId: after.id,
    jobId: after.jobId,
    customerId: after.customerId,
    providerId: after.providerId,
    scheduleVersion: after.scheduleVersion,
    status: after.status,
    actor: change.actor,
    window: presentWindow(subject),
    previousWindow: released ? presentWindow(released) : null,
    proposedBy: subject.scheduleProposedBy,
    notes: subject.scheduleNotes,
    reason: change.reason,
    outcome: change.outcome,
    nextAssignmentId: change.nextAssignmentId,
    jobTitle: after.jobTitle,
    price: { amountMinor: after.priceAmountMinor, currency: after.priceCurrency },
    link: `${linkBase}/assignments/${after.id}`,
    ...(change.kind && { kind: change.kind }),
    ...(type === 'schedule.rejected' && { nextProviderId: change.nextProviderId }),
  };
}

/** The event that a person's texts are to be erased; `number` counts the erasures of the person. */
export function personErased(id: string, erasure: { personId: string; number: number; at: string }): PersonErased {
  const { personId, number, at } = erasure;
  return makePersonErased({ id, sequence: number, data: { personId, at }, traceparent: currentTraceparent() });
}

const aboutThePast = new Set<ScheduleEventType>(['schedule.rejected', 'schedule.expired']);
