import { z } from 'zod';
import { EventType } from '../events/catalog.ts';
import { sample } from '../samples.ts';
import { Actor, Instant, TraceId, Version } from '../scalars.ts';
import { page } from './page.ts';

const Fields = z.record(z.string(), z.unknown());

const Item = z.strictObject({
  version: Version.describe('Version of the resource after the change'),
  type: EventType.describe('Type of the event that was published'),
  actor: Actor.describe('Who changed it'),
  source: z
    .enum(['API', 'SYSTEM', 'EVENT'])
    .describe('`API` a request, `SYSTEM` the passing of time, `EVENT` an event of another service'),
  reason: z.string().nullable().describe('The reason given, or null'),
  before: Fields.describe('The changed fields as they were'),
  after: Fields.describe('The changed fields as they became'),
  traceId: TraceId.nullable().describe('The trace of the cause'),
  at: Instant.describe('When it changed'),
});

/**
 * One change of an assignment: who, how, why, and the fields as they were and as they became.
 * `changedFields` in the OpenAPI document says which fields these are.
 */
export const TimelineItem = Item.meta({
  id: 'TimelineItem',
  description: 'One change of an assignment',
  examples: [
    {
      version: 2,
      type: 'schedule.confirmed',
      actor: { id: sample.providerId, role: 'provider' },
      source: 'API',
      reason: null,
      before: { status: 'PROPOSED', confirmedAt: null },
      after: { status: 'CONFIRMED', confirmedAt: sample.changedAt },
      traceId: sample.traceId,
      at: sample.changedAt,
    },
  ],
});
export type TimelineItem = z.infer<typeof TimelineItem>;

/** One change of a payout. */
export const PayoutTimelineItem = Item.meta({
  id: 'PayoutTimelineItem',
  description: 'One change of a payout',
  examples: [
    {
      version: 3,
      type: 'payout.approved',
      actor: { id: sample.financeId, role: 'finance' },
      source: 'API',
      reason: null,
      before: { status: 'AWAITING_APPROVAL', approvals: [] },
      after: { status: 'APPROVED', approvals: [{ by: sample.financeId, at: '2026-12-02T08:15:00.000Z' }] },
      traceId: sample.traceId,
      at: '2026-12-02T08:15:00.000Z',
    },
  ],
});
export type PayoutTimelineItem = z.infer<typeof PayoutTimelineItem>;

/** Oldest first. */
export const PayoutTimeline = page('PayoutTimeline', PayoutTimelineItem);
export type PayoutTimeline = z.infer<typeof PayoutTimeline>;

/** Oldest first. */
export const Timeline = page('Timeline', TimelineItem);
export type Timeline = z.infer<typeof Timeline>;
