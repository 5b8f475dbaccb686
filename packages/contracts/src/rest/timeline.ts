import { z } from 'zod';
import { EventType } from '../events/catalog.ts';
import { sample } from '../samples.ts';
import { Actor, Instant, TraceId, Version } from '../scalars.ts';
import { page } from './page.ts';

const Fields = z.record(z.string(), z.unknown());

/** One change: who, how, why, and the fields as they were and as they became. */
export const TimelineItem = z
  .strictObject({
    version: Version,
    type: EventType,
    actor: Actor,
    source: z.enum(['API', 'SYSTEM', 'EVENT']),
    reason: z.string().nullable(),
    before: Fields,
    after: Fields,
    traceId: TraceId.nullable(),
    at: Instant,
  })
  .meta({
    id: 'TimelineItem',
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

/** Oldest first. */
export const Timeline = page('Timeline', TimelineItem);
export type Timeline = z.infer<typeof Timeline>;
