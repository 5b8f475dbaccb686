import type { ProposedBy, ReminderKind, ScheduleEvent, SuppressedBecause } from '@punctual/contracts';
import { plan, type SentReminder } from './plan.ts';
import type { PlannedReminder, PlanRules } from './planned-reminder.ts';
import { suppressionReason } from './suppression.ts';

/**
 * What reminders knows of an assignment. Everything that is decided about its reminders is decided by one write of this
 * record: which schedule version counts, which reminders of it are open, and what is still to be carried out.
 */
export type AssignmentRecord = {
  assignmentId: string;
  customerId: string;
  providerId: string;
  link: string;
  /** The latest `scheduleVersion` that was applied. Never goes back. */
  version: number;
  lastEvent: ScheduleEvent['type'];
  proposedBy: ProposedBy | null;
  /** Of `version`: planned and neither sent nor suppressed. */
  open: ReminderKind[];
  /** Of `open`: those whose delay was reported. */
  overdue: ReminderKind[];
  /** The `reminderSequence` of the last entry that ever was in the outbox. */
  sequence: number;
  /** Decided and not carried out yet, in order. The last one has the number `sequence`, the one before it `sequence - 1`. */
  outbox: Entry[];
};

/** One decision about one reminder, and so one event. `key` is unique within the assignment, for ever. */
export type Entry = {
  key: string;
  scheduleVersion: number;
  kind: ReminderKind;
  at: Date;
  /** The trace that led to the decision; null for those of the clock, which go on in the trace of their planning. */
  traceparent: string | null;
} & (
  | { type: 'reminder.queued'; planned: PlannedReminder }
  | { type: 'reminder.due' }
  | { type: 'reminder.overdue' }
  | { type: 'reminder.suppressed'; because: SuppressedBecause; planned: PlannedReminder | null }
);

/** How a schedule event changes the record: its new fields, and what is added to the outbox. */
export type Move = Omit<AssignmentRecord, 'assignmentId' | 'sequence' | 'outbox'> & { entries: Entry[] };

/** When something is decided, and in which trace. */
export type Occasion = { now: Date; traceparent: string | null };

/** An event, and the trace that it came in. */
export type Arrival = { event: ScheduleEvent; traceparent: string | null };

/**
 * Where events of one assignment, in the order in which they came, bring its record. Undefined when it is already as far as all
 * of them, or further: then they are duplicates or came late.
 * @param sent the reminders of the assignment that were sent, or are decided to be
 */
export function applyScheduleEvents(
  record: AssignmentRecord | undefined,
  arrivals: readonly Arrival[],
  rules: PlanRules,
  now: Date,
  sent: readonly SentReminder[] = [],
): AssignmentRecord | undefined {
  let moved = record;
  for (const { event, traceparent } of arrivals) {
    const move = applyScheduleEvent(moved, event, rules, { now, traceparent }, sent);
    if (move !== undefined) moved = moveTo(event.data.assignmentId, moved, move);
  }
  return moved === record ? undefined : moved;
}

/** Undefined when the record is already as far as the event, or further: then it is a duplicate or came late. */
export function applyScheduleEvent(
  record: AssignmentRecord | undefined,
  event: ScheduleEvent,
  rules: PlanRules,
  occasion: Occasion,
  sent: readonly SentReminder[] = [],
): Move | undefined {
  const version = event.data.scheduleVersion;
  if (record !== undefined && record.version >= version) return undefined;
  const planned = plan(event, rules, occasion.now, sent);
  return {
    customerId: event.data.customerId,
    providerId: event.data.providerId,
    link: event.data.link,
    version,
    lastEvent: event.type,
    proposedBy: event.data.proposedBy,
    open: planned.filter((reminder) => reminder.suppressedBecause === null).map((reminder) => reminder.kind),
    overdue: [],
    entries: [
      ...(record === undefined ? [] : suppressOpen(record, event, occasion)),
      ...planned.map((reminder) => planEntry(reminder, event, occasion)),
    ],
  };
}

/** The name of a reminder on the wire and in the ledger. */
export function reminderId(assignmentId: string, scheduleVersion: number, kind: ReminderKind): string {
  return `${assignmentId}:${scheduleVersion}:${kind}`;
}

/** What all entries have; also for those that the clock makes for many assignments at once. */
export function entryOf<T extends Entry['type']>(
  type: T,
  scheduleVersion: number,
  kind: ReminderKind,
  occasion: Occasion,
) {
  return {
    key: `${scheduleVersion}:${kind}:${type}`,
    type,
    scheduleVersion,
    kind,
    at: occasion.now,
    traceparent: occasion.traceparent,
  };
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

function suppressOpen(record: AssignmentRecord, event: ScheduleEvent, occasion: Occasion): Entry[] {
  const because = suppressionReason(record, event);
  return record.open.map((kind) => ({
    ...entryOf('reminder.suppressed', record.version, kind, occasion),
    because,
    planned: null,
  }));
}

function planEntry(planned: PlannedReminder, event: ScheduleEvent, occasion: Occasion): Entry {
  const { scheduleVersion } = event.data;
  const because = planned.suppressedBecause;
  return because === null
    ? { ...entryOf('reminder.queued', scheduleVersion, planned.kind, occasion), planned }
    : { ...entryOf('reminder.suppressed', scheduleVersion, planned.kind, occasion), because, planned };
}
