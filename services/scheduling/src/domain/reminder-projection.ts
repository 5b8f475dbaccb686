import type { ReminderEvent, ReminderEventType, ReminderStatus } from '@punctual/contracts';

type Known = { readonly sequence: number; readonly status: ReminderStatus };

/** What scheduling knows of an assignment's reminders: the latest status of each, and the last time one was sent. */
export type ReminderProjection = {
  readonly reminders: Readonly<Record<string, Known>>;
  readonly lastSentAt: Temporal.Instant | null;
};

const statusAfter: Record<ReminderEventType, ReminderStatus> = {
  'reminder.queued': 'QUEUED',
  'reminder.due': 'SENT',
  'reminder.overdue': 'OVERDUE',
  'reminder.suppressed': 'NONE',
};

/**
 * Adds an event to the projection, or returns the same one if it says nothing new. The result does
 * not depend on the order of arrival.
 */
export function projectReminder(projection: ReminderProjection, { type, data }: ReminderEvent): ReminderProjection {
  const { reminderId, reminderSequence: sequence } = data;
  const known = projection.reminders[reminderId];
  const isNews = !known || known.sequence < sequence;
  const lastSentAt = type === 'reminder.due' ? latest(projection.lastSentAt, data.sentAt) : projection.lastSentAt;
  if (!isNews && lastSentAt === projection.lastSentAt) return projection;
  return {
    reminders: isNews
      ? { ...projection.reminders, [reminderId]: { sequence, status: statusAfter[type] } }
      : projection.reminders,
    lastSentAt,
  };
}

/** The status that the assignment shows: that of the latest reminder that was not suppressed, else `NONE`. */
export function reminderStatus({ reminders }: ReminderProjection): ReminderStatus {
  const alive = Object.values(reminders).filter(({ status }) => status !== 'NONE');
  return alive.toSorted((a, b) => b.sequence - a.sequence)[0]?.status ?? 'NONE';
}

function latest(known: Temporal.Instant | null, sentAt: string | null): Temporal.Instant | null {
  if (sentAt === null) return known;
  const sent = Temporal.Instant.from(sentAt);
  return known && Temporal.Instant.compare(known, sent) >= 0 ? known : sent;
}
