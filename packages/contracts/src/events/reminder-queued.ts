import { defineEvent } from './define-event.ts';
import { ReminderData, reminderExample } from './reminder-data.ts';

export const reminderQueued = defineEvent({
  type: 'reminder.queued',
  summary: 'A reminder is planned for `dueAt`.',
  source: '/reminders',
  stream: 'REMINDER',
  data: ReminderData,
  example: reminderExample,
  exampleSequence: 1,
});
