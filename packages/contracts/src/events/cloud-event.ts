import { z } from 'zod';
import { Instant, Uuid } from '../scalars.ts';

export const EventSource = z.enum(['/scheduling', '/reminders', '/payouts']);
export type EventSource = z.infer<typeof EventSource>;

/** What every event of ours looks like around its `data`: CloudEvents 1.0 with three extensions (design §5). */
export const CloudEventEnvelope = z.strictObject({
  specversion: z.literal('1.0'),
  id: Uuid.meta({ description: 'Stable for ever: what to deduplicate by' }),
  source: EventSource,
  type: z.string(),
  subject: Uuid.meta({ description: 'The assignment; of `person.erased` the person' }),
  time: Instant,
  datacontenttype: z.literal('application/json'),
  dataschema: z.url(),
  sequence: z
    .string()
    .regex(/^[0-9]{10}$/, 'ten decimal digits')
    .meta({ description: "The aggregate's version, so written that its text sorts as the number does" }),
  partitionkey: Uuid.meta({ description: 'As `subject`: events of one partition key are ordered' }),
  traceparent: z
    .string()
    .regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, 'a W3C traceparent')
    .optional(),
  data: z.unknown(),
});

/** An event of type `T` with data `D`. */
export type CloudEvent<T extends string = string, D = unknown> = Omit<
  z.infer<typeof CloudEventEnvelope>,
  'type' | 'data'
> & { type: T; data: D };
