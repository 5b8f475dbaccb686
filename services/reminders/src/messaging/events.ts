import { createHash } from 'node:crypto';
import { formatInstant } from '@punctual/chassis';
import { type CloudEvent, makeEvent } from '@punctual/contracts';
import type { AssignmentRecord } from '../domain/assignment.ts';
import { msBetween } from '../domain/instants.ts';
import type { LedgerRow } from '../domain/ledger-row.ts';
import { type OutboxEntry, reminderId } from '../domain/outbox-entry.ts';

type Sources = {
  record: AssignmentRecord;
  entry: OutboxEntry;
  row: LedgerRow;
  sequence: number;
  sentAt: Temporal.Instant;
};

/**
 * The event for a decision. Made again after a crash it has the same id and sequence, so that the
 * stream and every subscriber recognise it.
 * @param sources.sentAt when this attempt begins; only `reminder.due` has it
 */
export function toReminderEvent({ record, entry, row, sequence, sentAt }: Sources): CloudEvent {
  const { assignmentId, customerId, providerId, link, title } = record;
  const isDue = entry.type === 'reminder.due';
  return makeEvent({
    id: eventId(assignmentId, entry),
    type: entry.type,
    time: formatInstant(isDue ? sentAt : entry.at),
    sequence,
    assignmentId,
    traceparent: entry.traceparent ?? row.traceparent ?? undefined,
    data: {
      reminderId: row.id,
      assignmentId,
      scheduleVersion: row.scheduleVersion,
      kind: row.kind,
      audience: row.audience,
      dueAt: formatInstant(row.dueAt),
      sentAt: isDue ? formatInstant(sentAt) : null,
      latenessMs: isDue ? msBetween(row.dueAt, sentAt) : null,
      suppressedBecause: entry.type === 'reminder.suppressed' ? entry.because : null,
      window: row.window,
      customerId,
      providerId,
      jobTitle: title?.text ?? null,
      link,
      reminderSequence: sequence,
    },
  });
}

/** A UUID (version 8) of the reminder's id and the event type: each happens once per reminder. */
export function eventId(
  assignmentId: string,
  { scheduleVersion, kind, type }: Omit<OutboxEntry, 'key' | 'at'>,
): string {
  const hash = createHash('sha256')
    .update(`${reminderId(assignmentId, scheduleVersion, kind)}:${type}`)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
