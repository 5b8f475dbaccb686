import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { ScheduleData, scheduleExample, scheduleFamily } from './schedule-data.ts';

export const scheduleCancelled = defineEvent(scheduleFamily, {
  type: 'schedule.cancelled',
  summary: 'The customer, or ops, cancels the assignment.',
  data: ScheduleData.extend({ status: z.literal('CANCELLED') }),
  example: { ...scheduleExample, scheduleVersion: 3, status: 'CANCELLED', reason: 'The leak stopped by itself' },
});
