import { z } from 'zod';
import { dateTimeWithOrWithoutOffset } from '../date-times.ts';
import { sample } from '../samples.ts';
import { TimeZone, Uuid, Version } from '../scalars.ts';
import { optionalText, requiredText, text } from '../text.ts';
import { requestBody } from './request-body.ts';

export const CreateAssignmentBody = requestBody({ providerId: Uuid.describe('The provider to invite') }).meta({
  id: 'CreateAssignmentBody',
  description: 'Who gets the job',
  examples: [{ providerId: sample.providerId }],
});
export type CreateAssignmentBody = z.infer<typeof CreateAssignmentBody>;

/**
 * A proposed window. A `start` or `end` without an offset is local to `timezone`, else to the
 * assignment's zone.
 */
export const ScheduleBody = requestBody({
  start: dateTimeWithOrWithoutOffset,
  end: dateTimeWithOrWithoutOffset,
  notes: text(2000).optional().describe('For the other side; line breaks are allowed'),
  timezone: TimeZone.optional(),
}).meta({
  id: 'ScheduleBody',
  description: 'A window to propose',
  examples: [
    { start: sample.window.start, end: sample.window.end, notes: 'The bell is broken, please knock.' },
    { start: '2026-12-01T10:00', end: '2026-12-01T12:00', timezone: 'Europe/Berlin' },
  ],
});
export type ScheduleBody = z.infer<typeof ScheduleBody>;

/** Confirms the latest proposal, or only the version that the caller has seen. */
export const ConfirmBody = requestBody({
  scheduleVersion: Version.optional().describe('Confirms only this version of the assignment'),
}).meta({
  id: 'ConfirmBody',
  description: 'Confirms the latest proposal',
  examples: [{ scheduleVersion: 2 }, {}],
});
export type ConfirmBody = z.infer<typeof ConfirmBody>;

/** `window` keeps the provider, `assignment` releases them. */
export const RejectScope = z
  .enum(['window', 'assignment'])
  .meta({ id: 'RejectScope', description: '`window` keeps the provider, `assignment` releases them' });
export type RejectScope = z.infer<typeof RejectScope>;

/**
 * Turns the window down. A provider must give a reason; that rule is judged by the service (422
 * `reason-required`).
 */
export const RejectBody = requestBody({
  reason: optionalText(500).describe('Required from a provider'),
  scope: RejectScope.optional().describe('By default `assignment` for a provider, `window` for a customer'),
  counter: ScheduleBody.optional().describe('Another window, proposed in the same step'),
}).meta({
  id: 'RejectBody',
  description: 'Rejects the window or releases the provider',
  examples: [
    { reason: 'Booked elsewhere that day', scope: 'assignment' },
    { reason: 'Too early', counter: { start: '2026-12-01T13:00:00Z', end: '2026-12-01T15:00:00Z' } },
  ],
});
export type RejectBody = z.infer<typeof RejectBody>;

export const CancelBody = requestBody({ reason: requiredText(500).describe('Shown to the other side') }).meta({
  id: 'CancelBody',
  description: 'Why the assignment is cancelled',
  examples: [{ reason: 'The leak stopped by itself' }],
});
export type CancelBody = z.infer<typeof CancelBody>;

export const DisputeKind = z
  .enum(['NO_SHOW', 'QUALITY', 'OTHER'])
  .meta({ id: 'DisputeKind', description: 'What the dispute is about' });
export type DisputeKind = z.infer<typeof DisputeKind>;

export const DisputeBody = requestBody({
  kind: DisputeKind.describe('What it is about'),
  reason: requiredText(500).describe('In words'),
}).meta({
  id: 'DisputeBody',
  description: 'Why the work or the visit is disputed',
  examples: [{ kind: 'NO_SHOW', reason: 'Nobody came' }],
});
export type DisputeBody = z.infer<typeof DisputeBody>;
