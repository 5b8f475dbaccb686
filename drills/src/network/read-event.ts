import { z } from 'zod';

const Event = z.looseObject({
  id: z.uuid(),
  type: z.string(),
  subject: z.uuid(),
  sequence: z.string().transform(Number),
  time: z.string(),
  data: z.looseObject({
    scheduleVersion: z.number().optional(),
    customerId: z.string().optional(),
    providerId: z.string().optional(),
    reminderId: z.string().optional(),
    withdrawnEventIds: z.array(z.string()).optional(),
    paymentReference: z.string().nullish(),
    kind: z.string().optional(),
    window: z.looseObject({ start: z.string(), end: z.string() }).nullish(),
  }),
});

/** An event, with the fields that drills read. */
export type Event = z.infer<typeof Event>;

/** Reads the text of a message; poison is none. */
export function readEvent(text: string): Event | undefined {
  try {
    return Event.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
