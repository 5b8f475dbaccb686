import { z } from 'zod';
import { sample } from '../samples.ts';
import { ProposedBy, Window } from '../scalars.ts';
import { defineEvent } from './define-event.ts';
import { ScheduleData, scheduleExample, scheduleFamily } from './schedule-data.ts';

export const scheduleConfirmed = defineEvent(scheduleFamily, {
  type: 'schedule.confirmed',
  summary: 'Both sides agree on the window.',
  data: ScheduleData.extend({ status: z.literal('CONFIRMED'), window: Window, proposedBy: ProposedBy }),
  example: {
    ...scheduleExample,
    scheduleVersion: 2,
    status: 'CONFIRMED',
    actor: { id: sample.providerId, role: 'provider' },
  },
});
