import type { Broker } from '../../nats/broker.ts';
import { isForbidden } from '../../nats/is-forbidden.ts';
import type { Logger } from '../../process/logger.ts';
import { pause } from '../../process/pause.ts';
import type { LeaderSession } from '../outbox/leader-session.ts';
import type { Reachability } from '../outbox/reachability.ts';
import { markPublished } from '../outbox/rows.ts';
import { noteCompared } from './compared.ts';
import { findUnknown } from './find-unknown.ts';
import type { DatabaseIdentity } from './identity.ts';
import { endRestore, readRestoreState, recordUnknown } from './state.ts';

export type ReconcileDeps = {
  session: LeaderSession;
  identity: DatabaseIdentity;
  broker: Broker;
  reachability: Reachability;
  /** The one that the outbox publishes to. */
  stream: string;
  /** Lifts some of the aggregates that wait for it, in a transaction. */
  reconcileSome(): Promise<void>;
  /** Waits until the service has what its neighbours published before the restore, if that matters. */
  untilCaughtUp?: (() => Promise<void>) | undefined;
  /** Called with the number of aggregates that wait, 0 when none does. */
  onWaiting(aggregates: number): void;
  logger: Logger;
  signal: AbortSignal;
};

const pollMs = 1_000;
const renewMs = 1_000;

/**
 * Compares the outbox with its stream before anything is published. While the database is older, it
 * waits until a person has approved the plan (`ops reconcile-after-restore`), and then carries it out.
 * @returns whether to publish; false when the service stops or NATS is away
 */
export async function untilReconciled(deps: ReconcileDeps): Promise<boolean> {
  const { session, broker, reachability, stream, logger, signal } = deps;
  try {
    const { unknown, unmarked } = await findUnknown(session, broker, deps);
    if (unknown.length > 0) await recordUnknown(session, stream, unknown);
    // Not before: a mark moves the position from which the next comparison reads.
    if (unmarked.length > 0) await markPublished(session, unmarked);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    logger.warn(
      { stream },
      'NATS does not let this service read its stream; update users.conf, or a restore goes unseen',
    );
  }
  let isLogged = false;
  for (;;) {
    const state = await readRestoreState(session);
    deps.onWaiting(state?.aggregates ?? 0);
    if (!state) {
      await untilCaughtUp(deps);
      await noteCompared(session);
      if (isLogged) logger.info({ stream }, 'Reconciled after the restore; publishing again');
      return true;
    }
    const { aggregates, events, isApproved } = state;
    if (!isLogged) {
      logger.error(
        { stream, events, aggregates },
        'The database is older than its stream; nothing is published until ops runs reconcile-after-restore',
      );
    }
    isLogged = true;
    if (aggregates === 0) await endRestore(session);
    else if (isApproved) {
      // What a neighbour's events make again must be there to be lifted.
      await untilCaughtUp(deps);
      await deps.reconcileSome();
    } else await Promise.race([pause(pollMs, signal), session.lost]);
    if (signal.aborted || reachability.isAway()) return false;
  }
}

/** Renews the lease of the leader meanwhile. @throws when its session ends */
async function untilCaughtUp({ session, untilCaughtUp }: ReconcileDeps): Promise<void> {
  if (!untilCaughtUp) return;
  const renewing = setInterval(() => session.query('select 1').catch(() => {}), renewMs);
  await Promise.race([untilCaughtUp(), session.lost]).finally(() => clearInterval(renewing));
}
