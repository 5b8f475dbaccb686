import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { ScheduleData, scheduleExample } from './schedule-data.ts';

export const scheduleExpired = defineEvent({
  type: 'schedule.expired',
  summary: 'Nobody answered the proposal in time; it is open to propose again.',
  source: '/scheduling',
  stream: 'SCHEDULE',
  data: ScheduleData.extend({ status: z.literal('UNSCHEDULED') }),
  example: {
    ...scheduleExample,
    scheduleVersion: 2,
    status: 'UNSCHEDULED',
    actor: { id: null, role: 'system' },
  },
  exampleSequence: 2,
});
