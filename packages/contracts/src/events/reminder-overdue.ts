import { defineEvent } from './define-event.ts';
import { ReminderData, reminderExample, reminderFamily } from './reminder-data.ts';

export const reminderOverdue = defineEvent(reminderFamily, {
  type: 'reminder.overdue',
  summary: 'A reminder is later than its grace and has not been sent: for ops.',
  data: ReminderData,
  example: { ...reminderExample, latenessMs: 300_000, reminderSequence: 3 },
});
