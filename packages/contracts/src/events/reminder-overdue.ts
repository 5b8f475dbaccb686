import { defineEvent } from './define-event.ts';
import { ReminderData, reminderExample } from './reminder-data.ts';

export const reminderOverdue = defineEvent({
  type: 'reminder.overdue',
  summary: 'A reminder is later than its grace and has not been sent: for ops.',
  source: '/reminders',
  stream: 'REMINDER',
  data: ReminderData,
  example: { ...reminderExample, latenessMs: 300_000, reminderSequence: 3 },
  exampleSequence: 3,
});
