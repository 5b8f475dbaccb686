import { createHash } from 'node:crypto';
import { type CloudEvent, makeEvent } from '@punctual/contracts';
import { type AssignmentRecord, type Entry, reminderId } from '../domain/assignment.ts';
import type { ReminderDocument } from '../persistence/documents.ts';

type Sources = { record: AssignmentRecord; entry: Entry; row: ReminderDocument; sequence: number; sentAt: Date };

/**
 * The event that tells of a decision. Made again after a crash it has the same id and sequence, so that the stream, and every
 * subscriber, sees that it is the same one.
 * @param sources.sentAt when this try begins; only `reminder.due` says it
 */
export function toReminderEvent({ record, entry, row, sequence, sentAt }: Sources): CloudEvent {
  const { assignmentId, customerId, providerId, link } = record;
  const isDue = entry.type === 'reminder.due';
  return makeEvent({
    id: eventId(assignmentId, entry),
    type: entry.type,
    time: (isDue ? sentAt : entry.at).toISOString(),
    sequence,
    assignmentId,
    traceparent: entry.traceparent ?? row.traceparent ?? undefined,
    data: {
      reminderId: row._id,
      assignmentId,
      scheduleVersion: row.scheduleVersion,
      kind: row.kind,
      audience: row.audience,
      dueAt: row.dueAt.toISOString(),
      sentAt: isDue ? sentAt.toISOString() : null,
      latenessMs: isDue ? sentAt.getTime() - row.dueAt.getTime() : null,
      suppressedBecause: entry.type === 'reminder.suppressed' ? entry.because : null,
      window: row.window,
      customerId,
      providerId,
      link,
      reminderSequence: sequence,
    },
  });
}

/** A UUID (version 8) made of the reminder's id and the event's type, of which each happens once. */
export function eventId(assignmentId: string, { scheduleVersion, kind, type }: Omit<Entry, 'key' | 'at'>): string {
  const hash = createHash('sha256')
    .update(`${reminderId(assignmentId, scheduleVersion, kind)}:${type}`)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
