import { currentTraceparent } from '@punctual/chassis';
import {
  type CloudEvent,
  makeEvent,
  makePersonErased,
  type PersonErased,
  type ScheduleEvent,
  type ScheduleEventType,
  type ScheduleInput,
} from '@punctual/contracts';
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
    ...(change.withdrawnEventIds && { withdrawnEventIds: [...change.withdrawnEventIds] }),
    ...(type === 'schedule.rejected' && { nextProviderId: change.nextProviderId }),
  };
}

/** The event that a person's texts are to be erased; `number` counts the erasures of the person. */
export function personErased(id: string, erasure: { personId: string; number: number; at: string }): PersonErased {
  const { personId, number, at } = erasure;
  return makePersonErased({ id, sequence: number, data: { personId, at }, traceparent: currentTraceparent() });
}

/**
 * The event that an assignment does not exist any more: it was given after the moment to which
 * scheduling was restored.
 * @param latest the last event of it that consumers have
 */
export function assignmentGone(
  latest: ScheduleEvent,
  gone: { id: string; version: number; at: string; reason: string; withdrawnEventIds: readonly string[] },
): CloudEvent {
  const { id, version, at, reason, withdrawnEventIds } = gone;
  const { kind: _kind, nextProviderId: _next, ...known } = latest.data as ScheduleInput;
  return makeEvent({
    id,
    type: 'schedule.cancelled',
    time: at,
    sequence: version,
    assignmentId: known.assignmentId,
    data: {
      ...known,
      scheduleVersion: version,
      status: 'CANCELLED',
      actor: { id: null, role: 'system' },
      previousWindow: null,
      reason,
      outcome: null,
      nextAssignmentId: null,
      withdrawnEventIds: [...withdrawnEventIds],
    },
  });
}

const aboutThePast = new Set<ScheduleEventType>(['schedule.rejected', 'schedule.expired']);
