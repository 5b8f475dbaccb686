import { z } from 'zod';
import { count, durationDays } from '../process/numbers.ts';

/** The limits of every stream, as `ops streams apply` reads them. */
export const StreamSettings = z.object({
  /** Copies of each stream. Production uses 3 (design §6). */
  STREAM_REPLICAS: count({ max: 5, default: 1 }),
  /** Days after which a stream removes a message. */
  STREAM_MAX_AGE_DAYS: durationDays({ max: 3_650, default: 30 }),
  /** Bytes that one stream may hold. JetStream reserves them: all streams together must fit the server's storage. */
  STREAM_MAX_BYTES: count({ min: 1_048_576, max: Number.MAX_SAFE_INTEGER, default: 536_870_912 }),
});
export type StreamSettings = z.infer<typeof StreamSettings>;
