import type { ReminderEvent, ReminderEventType, ReminderStatus } from '@punctual/contracts';

type Known = { readonly sequence: number; readonly status: ReminderStatus };

/** What is known here of an assignment's reminders: the latest word on each of them, and when the last one was sent. */
export type ReminderCopy = {
  readonly reminders: Readonly<Record<string, Known>>;
  readonly lastSentAt: Temporal.Instant | null;
};

const statusAfter: Record<ReminderEventType, ReminderStatus> = {
  'reminder.queued': 'QUEUED',
  'reminder.due': 'SENT',
  'reminder.overdue': 'OVERDUE',
  'reminder.suppressed': 'NONE',
};

/** Adds an event to the copy. Whatever the order of arrival, the outcome is the same: an older word never replaces a newer one. */
export function copyReminder(copy: ReminderCopy, { type, data }: ReminderEvent): ReminderCopy {
  const { reminderId, reminderSequence: sequence } = data;
  const known = copy.reminders[reminderId];
  const isNews = !known || known.sequence < sequence;
  return {
    reminders: isNews ? { ...copy.reminders, [reminderId]: { sequence, status: statusAfter[type] } } : copy.reminders,
    lastSentAt: type === 'reminder.due' ? latest(copy.lastSentAt, data.sentAt) : copy.lastSentAt,
  };
}

/** The status that the assignment shows: of the latest reminder that was not suppressed; `NONE` when there is no other. */
export function reminderStatus({ reminders }: ReminderCopy): ReminderStatus {
  const alive = Object.values(reminders).filter(({ status }) => status !== 'NONE');
  return alive.toSorted((a, b) => b.sequence - a.sequence)[0]?.status ?? 'NONE';
}

function latest(known: Temporal.Instant | null, sentAt: string | null): Temporal.Instant | null {
  if (sentAt === null) return known;
  const sent = Temporal.Instant.from(sentAt);
  return known && Temporal.Instant.compare(known, sent) >= 0 ? known : sent;
}
