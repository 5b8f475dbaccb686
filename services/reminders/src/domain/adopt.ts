import type { ReminderEvent, ReminderKind } from '@punctual/contracts';
import type { AssignmentRecord } from './assignment.ts';
import { isBefore } from './instants.ts';
import type { LedgerRow } from './ledger-row.ts';
import type { PlanRules } from './planned-reminder.ts';

/**
 * Brings a record of a restored store up to what the stream already has: reminders that were sent or
 * suppressed are not open, published decisions leave the outbox, and later ones get later numbers.
 * Events of versions that the record has not seen yet are remembered for `alignWithStream`.
 * @param events those of the assignment since the backup, in order; at least one
 */
export function adopt(record: AssignmentRecord | undefined, events: readonly [ReminderEvent, ...ReminderEvent[]]) {
  const from = record ?? emptyRecord(events[0]);
  const published = new Set(events.map(keyOf));
  const ended = new Set(events.filter(isEnd).map(({ data }) => `${data.scheduleVersion}:${data.kind}`));
  const isEnded = (version: number, kind: ReminderKind) => ended.has(`${version}:${kind}`);
  const outbox = from.outbox.filter(
    (entry) => !published.has(entry.key) && !isEnded(entry.scheduleVersion, entry.kind),
  );
  const open = from.open.filter((kind) => !isEnded(from.version, kind));
  const late = events.filter(({ type, data }) => type === 'reminder.overdue' && data.scheduleVersion === from.version);
  const overdue = new Set([...from.overdue, ...late.map(({ data }) => data.kind)]);
  const latest = Math.max(...events.map(({ data }) => data.reminderSequence));
  // Decided again since the restore, and so never to be published: their numbers are free.
  const firstNumber = from.sequence - from.outbox.length + 1;
  const freed = from.outbox.filter((entry, index) => !outbox.includes(entry) && firstNumber + index > latest).length;
  const ahead = events.filter(({ data }) => data.scheduleVersion > from.version).map(keyOf);
  return {
    ...from,
    open,
    overdue: open.filter((kind) => overdue.has(kind)),
    sequence: Math.max(from.sequence - freed, latest + outbox.length),
    outbox,
    ahead: [...new Set([...(from.ahead ?? []), ...ahead])],
  } satisfies AssignmentRecord;
}

/** The rows of the ledger of these reminders, as the stream's events say they are. */
export function adoptedRows(events: readonly ReminderEvent[], rules: PlanRules): LedgerRow[] {
  const byReminder = Map.groupBy(events, ({ data }) => data.reminderId);
  return Array.from(byReminder.values(), (all) => rowOf(all, rules)).filter((row) => row !== undefined);
}

/** An assignment of which only the stream's events are known: any schedule event is newer. */
function emptyRecord({ data }: ReminderEvent): AssignmentRecord {
  const { assignmentId, customerId, providerId, link } = data;
  return {
    assignmentId,
    customerId,
    providerId,
    link,
    title: null,
    version: 0,
    eventIds: {},
    lastEvent: 'schedule.assigned',
    proposedBy: null,
    open: [],
    overdue: [],
    sequence: 0,
    outbox: [],
  };
}

function rowOf(events: readonly ReminderEvent[], rules: PlanRules): LedgerRow | undefined {
  const [first] = events;
  if (first === undefined) return undefined;
  const { data } = first;
  const dueAt = Temporal.Instant.from(data.dueAt);
  const planned = Temporal.Instant.from(first.time);
  const due = events.find(({ type }) => type === 'reminder.due')?.data;
  const suppressed = events.find(({ type }) => type === 'reminder.suppressed')?.data;
  const overdue = events.some(({ type }) => type === 'reminder.overdue');
  return {
    id: data.reminderId,
    assignmentId: data.assignmentId,
    scheduleVersion: data.scheduleVersion,
    kind: data.kind,
    dueAt,
    sendAt: isBefore(dueAt, planned) ? planned : dueAt,
    deadline: deadlineOf(data, rules),
    audience: data.audience,
    window: data.window,
    suppressedBecause: due ? null : (suppressed?.suppressedBecause ?? null),
    state: due ? 'SENT' : suppressed ? 'SUPPRESSED' : overdue ? 'OVERDUE' : 'PLANNED',
    sentAt: due?.sentAt ? Temporal.Instant.from(due.sentAt) : null,
    overdue,
    traceparent: first.traceparent ?? null,
    claim: null,
  };
}

/** The deadline that `plan` gave a reminder, which its events do not have. */
function deadlineOf({ kind, dueAt, window }: ReminderEvent['data'], rules: PlanRules): Temporal.Instant {
  const start = Temporal.Instant.from(window.start);
  const after = (milliseconds: number) => {
    const expiry = Temporal.Instant.from(dueAt).add({ milliseconds });
    return isBefore(expiry, start) ? expiry : start;
  };
  switch (kind) {
    case 'respond':
      return after(Math.ceil(rules.proposalTtlMs / 2));
    case 'respond-last':
      return after(rules.respondLastLeadMs);
    default:
      return start;
  }
}

function isEnd({ type }: ReminderEvent): boolean {
  return type === 'reminder.due' || type === 'reminder.suppressed';
}

/** The key that the event's outbox entry had. */
function keyOf({ type, data }: ReminderEvent): string {
  return `${data.scheduleVersion}:${data.kind}:${type}`;
}
