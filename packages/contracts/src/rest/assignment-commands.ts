import { z } from 'zod';
import { dateTimeWithOrWithoutOffset } from '../date-times.ts';
import { sample } from '../samples.ts';
import { TimeZone, Uuid, Version } from '../scalars.ts';
import { optionalText, requiredText, text } from '../text.ts';

export const CreateAssignmentBody = z
  .strictObject({ providerId: Uuid })
  .meta({ id: 'CreateAssignmentBody', examples: [{ providerId: sample.providerId }] });
export type CreateAssignmentBody = z.infer<typeof CreateAssignmentBody>;

/** A proposed window. A `start` or `end` without an offset is local to `timezone`, else to the assignment's zone. */
export const ScheduleBody = z
  .strictObject({
    start: dateTimeWithOrWithoutOffset,
    end: dateTimeWithOrWithoutOffset,
    notes: text(2000).optional(),
    timezone: TimeZone.optional(),
  })
  .meta({
    id: 'ScheduleBody',
    examples: [
      { start: sample.window.start, end: sample.window.end, notes: 'The bell is broken, please knock.' },
      { start: '2026-12-01T10:00', end: '2026-12-01T12:00', timezone: 'Europe/Berlin' },
    ],
  });
export type ScheduleBody = z.infer<typeof ScheduleBody>;

/** Confirms the latest proposal, or only the version that the caller has seen. */
export const ConfirmBody = z
  .strictObject({ scheduleVersion: Version.optional() })
  .meta({ id: 'ConfirmBody', examples: [{ scheduleVersion: 2 }, {}] });
export type ConfirmBody = z.infer<typeof ConfirmBody>;

/** `window` keeps the provider, `assignment` releases them. */
export const RejectScope = z.enum(['window', 'assignment']).meta({ id: 'RejectScope' });
export type RejectScope = z.infer<typeof RejectScope>;

/** Turns the window down. A provider must give a reason; that rule is judged by the service (422 `reason-required`). */
export const RejectBody = z
  .strictObject({
    reason: optionalText(500),
    scope: RejectScope.optional(),
    counter: ScheduleBody.optional(),
  })
  .meta({
    id: 'RejectBody',
    examples: [
      { reason: 'Booked elsewhere that day', scope: 'assignment' },
      { reason: 'Too early', counter: { start: '2026-12-01T13:00:00Z', end: '2026-12-01T15:00:00Z' } },
    ],
  });
export type RejectBody = z.infer<typeof RejectBody>;

export const CancelBody = z
  .strictObject({ reason: requiredText(500) })
  .meta({ id: 'CancelBody', examples: [{ reason: 'The leak stopped by itself' }] });
export type CancelBody = z.infer<typeof CancelBody>;

export const DisputeKind = z.enum(['NO_SHOW', 'QUALITY', 'OTHER']).meta({ id: 'DisputeKind' });
export type DisputeKind = z.infer<typeof DisputeKind>;

export const DisputeBody = z
  .strictObject({ kind: DisputeKind, reason: requiredText(500) })
  .meta({ id: 'DisputeBody', examples: [{ kind: 'NO_SHOW', reason: 'Nobody came' }] });
export type DisputeBody = z.infer<typeof DisputeBody>;
