import { SuppressedBecause } from '../rest/reminder.ts';
import { defineEvent } from './define-event.ts';
import { ReminderData, reminderExample, reminderFamily } from './reminder-data.ts';

export const reminderSuppressed = defineEvent(reminderFamily, {
  type: 'reminder.suppressed',
  summary: 'A planned reminder will not be sent.',
  data: ReminderData.extend({ suppressedBecause: SuppressedBecause }),
  example: { ...reminderExample, suppressedBecause: 'RESCHEDULED', reminderSequence: 3 },
});
