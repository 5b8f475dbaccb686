import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { ScheduleData, scheduleExample } from './schedule-data.ts';

export const scheduleCancelled = defineEvent({
  type: 'schedule.cancelled',
  summary: 'The customer, or ops, calls the work off.',
  source: '/scheduling',
  stream: 'SCHEDULE',
  data: ScheduleData.extend({ status: z.literal('CANCELLED') }),
  example: { ...scheduleExample, scheduleVersion: 3, status: 'CANCELLED', reason: 'The leak stopped by itself' },
  exampleSequence: 3,
});
