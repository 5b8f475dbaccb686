import { defineEvent } from './define-event.ts';
import { ReminderData, reminderExample, reminderFamily } from './reminder-data.ts';

export const reminderDue = defineEvent(reminderFamily, {
  type: 'reminder.due',
  summary: 'The order to send a reminder of the `window` to the `audience` now.',
  data: ReminderData,
  example: { ...reminderExample, sentAt: '2026-11-30T09:00:00.412Z', latenessMs: 412, reminderSequence: 3 },
});
