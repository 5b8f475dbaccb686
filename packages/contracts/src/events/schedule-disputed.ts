import { z } from 'zod';
import { DisputeKind } from '../rest/assignment-commands.ts';
import { Window } from '../scalars.ts';
import { defineEvent } from './define-event.ts';
import { ScheduleData, scheduleExample, scheduleFamily } from './schedule-data.ts';

export const scheduleDisputed = defineEvent(scheduleFamily, {
  type: 'schedule.disputed',
  summary: 'A side disputes the visit or the work. The status stays; a person must investigate.',
  data: ScheduleData.extend({ status: z.enum(['CONFIRMED', 'COMPLETED']), window: Window, kind: DisputeKind }),
  example: { ...scheduleExample, scheduleVersion: 3, status: 'CONFIRMED', reason: 'Nobody came', kind: 'NO_SHOW' },
});
