import { z } from 'zod';

export type FeedStream = 'SCHEDULE' | 'REMINDER' | 'PAYOUT';

/** An event as a client received it. */
export type ReceivedEvent = {
  stream: FeedStream;
  id: string;
  type: string;
  /** Milliseconds since the epoch, as the times of stored messages. */
  at: number;
};

/**
 * What a client received from a start without a position until its position was refused, or until
 * now. In between it resumed, perhaps at another gateway.
 */
export type FeedSegment = {
  /** When it was told where it begins, in milliseconds since the epoch. */
  from: number;
  /** Whether its position was refused, so that it may have missed events. */
  isExpired: boolean;
  received: ReceivedEvent[];
};

/** One client that follows the live feed. */
export type FeedSession = {
  /** Undefined for ops, who see everything. */
  userId: string | undefined;
  form: 'stream' | 'poll';
  segments: FeedSegment[];
  /** What became of its latest request. */
  latest: string;
};

export const FeedEvent = z.looseObject({ id: z.string(), type: z.string() });

/** Notes an event as received now. */
export function noteReceived({ received }: FeedSegment, event: unknown): void {
  const { id, type } = FeedEvent.parse(event);
  const stream = z.enum(['SCHEDULE', 'REMINDER', 'PAYOUT']).parse(type.split('.')[0]?.toUpperCase());
  received.push({ stream, id, type, at: Date.now() });
}
