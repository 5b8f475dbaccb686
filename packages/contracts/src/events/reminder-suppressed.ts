import { SuppressedBecause } from '../rest/reminder.ts';
import { defineEvent } from './define-event.ts';
import { ReminderData, reminderExample } from './reminder-data.ts';

export const reminderSuppressed = defineEvent({
  type: 'reminder.suppressed',
  summary: 'A planned reminder will not be sent.',
  source: '/reminders',
  stream: 'REMINDER',
  data: ReminderData.extend({ suppressedBecause: SuppressedBecause }),
  example: { ...reminderExample, suppressedBecause: 'RESCHEDULED', reminderSequence: 3 },
  exampleSequence: 3,
});
