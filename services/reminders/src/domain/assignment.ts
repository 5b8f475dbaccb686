import { type EventIds, withEventId } from '@punctual/chassis/domain';
import type { ProposedBy, ReminderKind, ScheduleEvent } from '@punctual/contracts';
import { alignWithStream } from './align-with-stream.ts';
import { type DecisionContext, entryOf, type OutboxEntry } from './outbox-entry.ts';
import { type PreviouslySent, plan } from './plan.ts';
import type { PlannedReminder, PlanRules } from './planned-reminder.ts';
import { suppressionReason, type Trigger } from './suppression.ts';

/**
 * The record of an assignment. One write of it decides everything about its reminders: which
 * schedule version counts, which reminders are open, and what is still to be published.
 */
export type AssignmentRecord = {
  assignmentId: string;
  customerId: string;
  providerId: string;
  link: string;
  /** The title of the job in the event of `version`; null if it had none, as those before 1.1. */
  title: JobTitle | null;
  /** The latest applied `scheduleVersion`. Never decreases. */
  version: number;
  /** The events of its latest versions; instances of the previous release leave gaps. */
  eventIds: EventIds;
  lastEvent: ScheduleEvent['type'];
  proposedBy: ProposedBy | null;
  /** The reminders of `version` that are neither sent nor suppressed. */
  open: ReminderKind[];
  /** Those of `open` whose delay was reported. */
  overdue: ReminderKind[];
  /** The `reminderSequence` of the latest outbox entry. */
  sequence: number;
  /**
   * Decisions that are not published yet, in order. The last one has the number `sequence`, the one
   * before it `sequence - 1`.
   */
  outbox: OutboxEntry[];
  /**
   * After a restore of the store: keys of decisions about versions that the record has not seen
   * again, which the stream has already.
   */
  ahead?: string[];
};

/** A text of people, and when it was said: an erasure takes what is older. */
export type JobTitle = { text: string; at: Temporal.Instant };

/** How a schedule event changes the record: its new fields, and the new outbox entries. */
export type Move = Omit<AssignmentRecord, 'assignmentId' | 'sequence' | 'outbox'> & { entries: OutboxEntry[] };

/** An event and its trace. */
export type Arrival = { event: ScheduleEvent; traceparent: string | null };

/**
 * Applies events of one assignment, in order of arrival, to its record.
 * @param sent the reminders of the assignment that were sent, or are decided to be
 * @returns undefined if the record is as new as all of them: they are duplicates or late
 */
export function applyScheduleEvents(
  record: AssignmentRecord | undefined,
  arrivals: readonly Arrival[],
  rules: PlanRules,
  now: Temporal.Instant,
  sent: readonly PreviouslySent[] = [],
): AssignmentRecord | undefined {
  let moved = record;
  for (const { event, traceparent } of arrivals) {
    const move = applyScheduleEvent(moved, event, rules, { now, traceparent }, sent);
    if (move !== undefined) moved = moveTo(event.data.assignmentId, moved, move);
  }
  return moved === record ? undefined : moved;
}

/**
 * @returns undefined if nothing follows: a new assignment has no reminders, and if the record is as
 *   new as the event, it is a duplicate or late
 */
export function applyScheduleEvent(
  record: AssignmentRecord | undefined,
  event: ScheduleEvent,
  rules: PlanRules,
  occasion: DecisionContext,
  sent: readonly PreviouslySent[] = [],
): Move | undefined {
  if (event.type === 'schedule.assigned') return undefined;
  const version = event.data.scheduleVersion;
  if (record !== undefined && record.version >= version) return undefined;
  const planned = plan(event, rules, occasion.now, sent);
  const move: Move = {
    customerId: event.data.customerId,
    providerId: event.data.providerId,
    link: event.data.link,
    title: titleOf(event),
    version,
    eventIds: withEventId(record?.eventIds ?? {}, version, event.id),
    lastEvent: event.type,
    proposedBy: event.data.proposedBy,
    open: planned.filter((reminder) => reminder.suppressedBecause === null).map((reminder) => reminder.kind),
    overdue: [],
    entries: [
      ...(record === undefined ? [] : suppressOpen(record, event, occasion)),
      ...planned.map((reminder) => planEntry(reminder, event, occasion)),
    ],
  };
  if (!record?.ahead?.length) return move;
  return alignWithStream(move, record.ahead, { ...occasion, because: suppressionReason(record, event) });
}

function titleOf({ time, data: { jobTitle } }: ScheduleEvent): JobTitle | null {
  return jobTitle === undefined ? null : { text: jobTitle, at: Temporal.Instant.from(time) };
}

function moveTo(
  assignmentId: string,
  record: AssignmentRecord | undefined,
  { entries, ...fields }: Move,
): AssignmentRecord {
  return {
    assignmentId,
    ...fields,
    sequence: (record?.sequence ?? 0) + entries.length,
    outbox: [...(record?.outbox ?? []), ...entries],
  };
}

function suppressOpen(record: AssignmentRecord, event: Trigger, occasion: DecisionContext): OutboxEntry[] {
  const because = suppressionReason(record, event);
  return record.open.map((kind) => ({
    ...entryOf('reminder.suppressed', record.version, kind, occasion),
    because,
    planned: null,
  }));
}

function planEntry(planned: PlannedReminder, event: ScheduleEvent, occasion: DecisionContext): OutboxEntry {
  const { scheduleVersion } = event.data;
  const because = planned.suppressedBecause;
  return because === null
    ? { ...entryOf('reminder.queued', scheduleVersion, planned.kind, occasion), planned }
    : { ...entryOf('reminder.suppressed', scheduleVersion, planned.kind, occasion), because, planned };
}
