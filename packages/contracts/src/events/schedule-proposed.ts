import { z } from 'zod';
import { ProposedBy, Window } from '../scalars.ts';
import { defineEvent } from './define-event.ts';
import { ScheduleData, scheduleExample } from './schedule-data.ts';

export const scheduleProposed = defineEvent({
  type: 'schedule.proposed',
  summary: 'One side, or ops, proposes a window; with `previousWindow` it is a reschedule.',
  source: '/scheduling',
  stream: 'SCHEDULE',
  data: ScheduleData.extend({ status: z.literal('PROPOSED'), window: Window, proposedBy: ProposedBy }),
  example: scheduleExample,
  exampleSequence: 1,
});
