import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { ScheduleData, scheduleExample, scheduleFamily } from './schedule-data.ts';

export const scheduleExpired = defineEvent(scheduleFamily, {
  type: 'schedule.expired',
  summary: 'The proposal expired unanswered. Either side may propose again.',
  data: ScheduleData.extend({ status: z.literal('UNSCHEDULED') }),
  example: {
    ...scheduleExample,
    scheduleVersion: 2,
    status: 'UNSCHEDULED',
    actor: { id: null, role: 'system' },
  },
});
