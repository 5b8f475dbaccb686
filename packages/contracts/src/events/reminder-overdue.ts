import { defineEvent } from './define-event.ts';
import { ReminderData, reminderExample, reminderFamily } from './reminder-data.ts';

export const reminderOverdue = defineEvent(reminderFamily, {
  type: 'reminder.overdue',
  summary: 'A reminder is overdue and has not been sent. For ops.',
  data: ReminderData,
  example: { ...reminderExample, latenessMs: 300_000, reminderSequence: 3 },
});
