import { z } from 'zod';
import { Instant, Uuid } from '../scalars.ts';

export const EventSource = z.enum(['/scheduling', '/reminders', '/payouts']);
export type EventSource = z.infer<typeof EventSource>;

/**
 * What every event of ours looks like around its `data`: CloudEvents 1.0 with three extensions
 * (design §5).
 */
export const CloudEventEnvelope = z.strictObject({
  specversion: z.literal('1.0').describe('Version of CloudEvents'),
  id: Uuid.meta({ description: 'Never changes; deduplicate by it' }),
  source: EventSource.describe('The service that published it'),
  type: z.string().describe('Type of the event; also its NATS subject'),
  subject: Uuid.meta({ description: 'The assignment; for `person.erased` the person' }),
  time: Instant.describe('When it happened'),
  datacontenttype: z.literal('application/json').describe('Type of `data`'),
  dataschema: z.url().describe('URI of the JSON Schema of `data`; `GET /schemas/:name.json` serves it'),
  sequence: z
    .string()
    .regex(/^[0-9]{10}$/, 'ten decimal digits')
    .meta({ description: 'Version of the aggregate, zero-padded so that it sorts as text' }),
  partitionkey: Uuid.meta({ description: 'Equals `subject`; events with the same partition key are ordered' }),
  traceparent: z
    .string()
    .regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, 'a W3C traceparent')
    .optional()
    .describe('W3C trace context of the cause'),
  data: z.unknown().describe('What happened'),
});

/** An event of type `T` with data `D`. */
export type CloudEvent<T extends string = string, D = unknown> = Omit<
  z.infer<typeof CloudEventEnvelope>,
  'type' | 'data'
> & { type: T; data: D };
