import { z } from 'zod';
import { sample } from '../samples.ts';
import { Window } from '../scalars.ts';
import { defineEvent } from './define-event.ts';
import { ScheduleData, scheduleExample, scheduleFamily } from './schedule-data.ts';

export const scheduleCompleted = defineEvent(scheduleFamily, {
  type: 'schedule.completed',
  summary: 'The work is done.',
  data: ScheduleData.extend({ status: z.literal('COMPLETED'), window: Window }),
  example: {
    ...scheduleExample,
    scheduleVersion: 3,
    status: 'COMPLETED',
    actor: { id: sample.providerId, role: 'provider' },
  },
});
