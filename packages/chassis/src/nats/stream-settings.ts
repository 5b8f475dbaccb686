import { z } from 'zod';
import { count, durationDays } from '../process/numbers.ts';

/** The limits of every stream, as `ops streams apply` reads them. */
export const StreamSettings = z.object({
  STREAM_REPLICAS: count({ max: 5, default: 1 }).describe('Copies of each stream; 3 in production.'),
  STREAM_MAX_AGE_DAYS: durationDays({ max: 3_650, default: 30 }).describe(
    'Days after which a stream removes a message. `REPLAY` and `ADVISORY` keep at most 7, `AUDIT` at least 730.',
  ),
  STREAM_MAX_BYTES: count({ min: 1_048_576, max: Number.MAX_SAFE_INTEGER, default: 536_870_912 }).describe(
    'Bytes that one stream may hold. NATS reserves them, so all streams together must fit its storage. A full stream refuses new events: leave room.',
  ),
});
export type StreamSettings = z.infer<typeof StreamSettings>;
