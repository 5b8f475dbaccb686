import { defineEvent } from './define-event.ts';
import { ReminderData, reminderExample, reminderFamily } from './reminder-data.ts';

export const reminderQueued = defineEvent(reminderFamily, {
  type: 'reminder.queued',
  summary: 'A reminder is planned for `dueAt`.',
  data: ReminderData,
  example: reminderExample,
});
