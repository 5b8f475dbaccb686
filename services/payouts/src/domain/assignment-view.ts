import { type EventIds, withEventId } from '@punctual/chassis/domain';
import type { AssignmentStatus, Hold, HoldKind, ScheduleEvent, Uuid } from '@punctual/contracts';
import { inOrder, isEnd } from './holds.ts';

/**
 * What payouts knows of an assignment: its latest state by version, and the events that stop its
 * payout. Any order of events, with any duplicates, ends in the same view.
 */
export type AssignmentView = {
  assignmentId: Uuid;
  /** Its two sides; null until an event of this release or a later one names them. */
  customerId: Uuid | null;
  providerId: Uuid | null;
  /** The highest `scheduleVersion` seen. */
  version: number;
  /** The status at that version. */
  status: AssignmentStatus;
  /**
   * What its disputes and its end make of the payout, oldest first; each has the id of its event.
   */
  holds: readonly Hold[];
  /** Why it was cancelled or declined; nothing revives it. */
  endedBecause: string | null;
  /** Why it was last disputed, for instances of the previous release, which know one dispute. */
  disputedBecause: string | null;
  /** The title of the job at that version; null if the event had none, as those before 1.1. */
  jobTitle: string | null;
  /** The price at that version; null until an event of this release or a later one has told. */
  amountMinor: number | null;
  currency: string | null;
  /** Events that no longer hold, since scheduling was restored; whenever they come, they add nothing. */
  withdrawnEventIds: readonly Uuid[];
  /** The events of its latest versions; instances of the previous release leave gaps. */
  eventIds: EventIds;
};

/** The view of an assignment of which nothing is known yet. */
export function unknownAssignment(assignmentId: Uuid): AssignmentView {
  return {
    assignmentId,
    customerId: null,
    providerId: null,
    version: 0,
    status: 'UNSCHEDULED',
    holds: [],
    endedBecause: null,
    disputedBecause: null,
    jobTitle: null,
    amountMinor: null,
    currency: null,
    withdrawnEventIds: [],
    eventIds: {},
  };
}

/**
 * Adds an event. Only a newer one changes the status; a late one may still add an end or a dispute.
 */
export function remember(known: AssignmentView, event: ScheduleEvent): AssignmentView {
  const { type, data } = event;
  const { customerId, providerId, scheduleVersion, status, jobTitle = null, price } = data;
  const eventIds = withEventId(known.eventIds, scheduleVersion, event.id);
  const view = withdraw({ ...known, customerId, providerId, eventIds }, data.withdrawnEventIds);
  const next =
    scheduleVersion > view.version ? { ...view, version: scheduleVersion, status, jobTitle, ...price } : view;
  switch (type) {
    case 'schedule.cancelled':
      return ended(next, event, 'CANCELLED', because('cancelled', data.reason));
    case 'schedule.rejected':
      return data.status === 'DECLINED' ? ended(next, event, 'DECLINED', because('declined', data.reason)) : next;
    case 'schedule.disputed':
      return disputed(next, event, because(`disputed, ${data.kind}`, data.reason));
    default:
      return next;
  }
}

function withdraw(view: AssignmentView, ids: readonly Uuid[] | undefined): AssignmentView {
  if (ids === undefined) return view;
  const withdrawnEventIds = [...new Set([...view.withdrawnEventIds, ...ids])].toSorted();
  const holds = view.holds.filter(({ id }) => !withdrawnEventIds.includes(id));
  return {
    ...view,
    withdrawnEventIds,
    holds,
    endedBecause: holds.findLast(isEnd)?.reason ?? null,
    disputedBecause: latestDispute(holds)?.reason ?? null,
  };
}

function ended(view: AssignmentView, event: ScheduleEvent, kind: HoldKind, reason: string): AssignmentView {
  const next = withHold(view, event, kind, reason);
  return next === view ? view : { ...next, endedBecause: reason };
}

function disputed(view: AssignmentView, event: ScheduleEvent, reason: string): AssignmentView {
  const next = withHold(view, event, 'DISPUTE', reason);
  return { ...next, disputedBecause: latestDispute(next.holds)?.reason ?? null };
}

function withHold(view: AssignmentView, event: ScheduleEvent, kind: HoldKind, reason: string): AssignmentView {
  const { id, time: at, data } = event;
  if (view.holds.some((hold) => hold.id === id) || view.withdrawnEventIds.includes(id)) return view;
  return { ...view, holds: inOrder([...view.holds, { id, kind, reason, by: data.actor.id, at }]) };
}

function latestDispute(holds: readonly Hold[]): Hold | undefined {
  return holds.findLast(({ kind }) => kind === 'DISPUTE');
}

function because(what: string, reason: string | null): string {
  return reason === null ? what : `${what}: ${reason}`;
}
