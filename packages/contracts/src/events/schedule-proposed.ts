import { z } from 'zod';
import { ProposedBy, Window } from '../scalars.ts';
import { defineEvent } from './define-event.ts';
import { ScheduleData, scheduleExample, scheduleFamily } from './schedule-data.ts';

export const scheduleProposed = defineEvent(scheduleFamily, {
  type: 'schedule.proposed',
  summary: 'One side, or ops, proposes a window. With `previousWindow` it is a reschedule.',
  data: ScheduleData.extend({ status: z.literal('PROPOSED'), window: Window, proposedBy: ProposedBy }),
  example: scheduleExample,
});
