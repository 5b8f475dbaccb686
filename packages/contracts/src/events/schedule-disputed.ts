import { z } from 'zod';
import { DisputeKind } from '../rest/assignment-commands.ts';
import { Window } from '../scalars.ts';
import { defineEvent } from './define-event.ts';
import { ScheduleData, scheduleExample, scheduleFamily } from './schedule-data.ts';

export const scheduleDisputed = defineEvent(scheduleFamily, {
  type: 'schedule.disputed',
  summary: 'Something is wrong with the visit or the work; the status stays, a person has to look.',
  data: ScheduleData.extend({ status: z.enum(['CONFIRMED', 'COMPLETED']), window: Window, kind: DisputeKind }),
  example: { ...scheduleExample, scheduleVersion: 3, status: 'CONFIRMED', reason: 'Nobody came', kind: 'NO_SHOW' },
});
