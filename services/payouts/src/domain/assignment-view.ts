import type { AssignmentStatus, ScheduleEvent, Uuid } from '@punctual/contracts';

/**
 * What payouts knows of an assignment: its latest state by version, and the two facts that block whenever they come.
 * Made so that any order and any number of copies of the same events end in the same view.
 */
export type AssignmentView = {
  assignmentId: Uuid;
  /** The highest `scheduleVersion` seen. */
  version: number;
  /** The status at that version. */
  status: AssignmentStatus;
  /** Why it was cancelled or declined; nothing revives it. */
  endedBecause: string | null;
  /** Why it was disputed, which happens at most once. */
  disputedBecause: string | null;
  /** The price at that version; null until an event of this release or a later one has told. */
  amountMinor: number | null;
  currency: string | null;
};

/** The view of an assignment of which nothing is known yet. */
export function unknownAssignment(assignmentId: Uuid): AssignmentView {
  return {
    assignmentId,
    version: 0,
    status: 'UNSCHEDULED',
    endedBecause: null,
    disputedBecause: null,
    amountMinor: null,
    currency: null,
  };
}

/** Adds an event to what is known: only a newer one tells the status, also a late one tells of an end or a dispute. */
export function remember(view: AssignmentView, { type, data }: ScheduleEvent): AssignmentView {
  const next =
    data.scheduleVersion > view.version
      ? { ...view, version: data.scheduleVersion, status: data.status, ...data.price }
      : view;
  switch (type) {
    case 'schedule.cancelled':
      return { ...next, endedBecause: because('cancelled', data.reason) };
    case 'schedule.rejected':
      return data.status === 'DECLINED' ? { ...next, endedBecause: because('declined', data.reason) } : next;
    case 'schedule.disputed':
      return { ...next, disputedBecause: because(`disputed, ${data.kind}`, data.reason) };
    default:
      return next;
  }
}

function because(what: string, reason: string | null): string {
  return reason === null ? what : `${what}: ${reason}`;
}
