import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { JobTitle, ScheduleData, scheduleExample, scheduleFamily } from './schedule-data.ts';

export const scheduleAssigned = defineEvent(scheduleFamily, {
  type: 'schedule.assigned',
  summary:
    'A job is given to a provider: by its customer, by ops, or (actor `system`) because the provider before was released.',
  data: ScheduleData.extend({ status: z.literal('UNSCHEDULED'), jobTitle: JobTitle }),
  example: {
    ...scheduleExample,
    scheduleVersion: 0,
    status: 'UNSCHEDULED',
    window: null,
    proposedBy: null,
    notes: null,
  },
});
