import type { HeldStream } from '../../nats/lost-events.ts';
import { logOutage } from '../../process/log-outage.ts';
import { pause } from '../../process/pause.ts';
import { type CompareDeps, compareWithStream } from './compare-with-stream.ts';
import type { Reachability } from './reachability.ts';

export type UntilComparedDeps = CompareDeps & {
  reachability: Reachability;
  signal: AbortSignal;
  /** Called when the outbox can be read. */
  onRead(): void;
};

const retryMs = 500;
const renewMs = 1_000;

/**
 * Compares the outbox with its stream, and waits for a stream that does not exist: nothing may be
 * published to a new one before the events that the old one held.
 * @returns undefined when NATS goes away or the service stops first
 * @throws when the leader's session ends
 */
export async function untilCompared(deps: UntilComparedDeps): Promise<HeldStream | undefined> {
  const { session, stream, reachability, signal, logger } = deps;
  const fields = { stream };
  const missing = logOutage(logger, {
    away: 'Stream is missing; events wait in the outbox until it is declared (ops streams apply)',
    back: 'Stream found',
    fields,
  });
  const outage = logOutage(logger, {
    away: 'Outbox cannot be compared with its stream; retrying',
    back: 'Outbox is compared with its stream again',
    fields,
  });
  // A comparison may take longer than the lease.
  const renewing = setInterval(() => session.query('select 1').catch(() => {}), renewMs);
  try {
    while (!signal.aborted && !reachability.isAway()) {
      const compared = await compareWithStream(deps).catch((error: unknown) => {
        outage.away(error);
        return 'failed' as const;
      });
      if (compared !== 'failed') outage.back();
      if (typeof compared === 'object') {
        missing.back();
        return compared;
      }
      if (compared === undefined) missing.away();
      // Throws when the reason is the session.
      await session.query('select 1');
      deps.onRead();
      await Promise.race([pause(retryMs, signal), session.lost]);
    }
    return undefined;
  } finally {
    clearInterval(renewing);
  }
}
