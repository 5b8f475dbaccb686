import type { Broker } from '../../nats/broker.ts';
import { isForbidden } from '../../nats/is-forbidden.ts';
import { type HeldStream, holdStream, idAt, type Stored } from '../../nats/lost-events.ts';
import type { PubAck } from '../../nats/publisher.ts';

/** Notices while events are published that their stream is no longer the one they were compared with. */
export type StreamWatch = {
  /** Whether the outbox must be compared with the stream again before anything is published. */
  isInDoubt(): boolean;
  /**
   * Takes note of a PubAck.
   * @returns whether the event is stored: a stream may remember an id and not hold its event
   */
  acknowledged(id: string, ack: PubAck): Promise<boolean>;
  /** Looks at the stream if it was not looked at for this long. */
  look(everyMs: number): void;
};

export type StreamWatchDeps = { broker: Broker; stream: string; held: HeldStream; onDoubt(): void };

/** Watches a stream from the moment of a comparison on. */
export function watchStream({ broker, stream, held, onDoubt }: StreamWatchDeps): StreamWatch {
  let highest = held.lastSequence;
  let inDoubt = false;
  let lookedAt = performance.now();
  const doubt = () => {
    inDoubt = true;
    onDoubt();
  };
  const lookNow = async () => {
    const reached = highest;
    const now = await holdStream(broker, stream);
    if (now?.createdAt !== held.createdAt || now.lastSequence < reached) doubt();
  };

  return {
    isInDoubt: () => inDoubt,
    acknowledged: async (id, { sequence, duplicate }) => {
      if (duplicate) return isThere(broker, stream, { id, sequence });
      if (sequence <= highest) doubt();
      else highest = sequence;
      return true;
    },
    look: (everyMs) => {
      if (performance.now() - lookedAt < everyMs) return;
      lookedAt = performance.now();
      // Without an answer nothing is published either; the next look or a reconnect follows.
      lookNow().catch(() => {});
    },
  };
}

async function isThere(broker: Broker, stream: string, stored: Stored): Promise<boolean> {
  try {
    return (await idAt(broker, stream, stored.sequence)) === stored.id;
  } catch (error) {
    // Believed as in the previous release.
    if (isForbidden(error)) return true;
    throw error;
  }
}
