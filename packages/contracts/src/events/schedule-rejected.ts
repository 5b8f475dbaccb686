import { z } from 'zod';
import { sample } from '../samples.ts';
import { Uuid } from '../scalars.ts';
import { defineEvent } from './define-event.ts';
import { RejectOutcome, ScheduleData, scheduleExample, scheduleFamily } from './schedule-data.ts';

export const scheduleRejected = defineEvent(scheduleFamily, {
  type: 'schedule.rejected',
  summary:
    'A window is turned down (UNSCHEDULED), or the provider is released (DECLINED); `outcome` says what follows.',
  data: ScheduleData.extend({
    status: z.enum(['UNSCHEDULED', 'DECLINED']),
    outcome: RejectOutcome,
    nextProviderId: Uuid.nullable().optional().meta({
      description: 'For NEXT_PROVIDER_INVITED, the provider of the new assignment; absent from events before 1.1',
    }),
  }),
  example: {
    ...scheduleExample,
    scheduleVersion: 3,
    status: 'DECLINED',
    actor: { id: sample.providerId, role: 'provider' },
    reason: 'Booked elsewhere that day',
    outcome: 'NEXT_PROVIDER_INVITED',
    nextAssignmentId: sample.nextAssignmentId,
    nextProviderId: sample.nextProviderId,
  },
});
