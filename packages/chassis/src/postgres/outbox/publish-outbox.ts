import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from '../../nats/broker.ts';
import { failpoint } from '../../process/failpoint.ts';
import type { Logger } from '../../process/logger.ts';
import { createBackpressure } from './backpressure.ts';
import { createInFlight } from './in-flight.ts';
import type { LeaderSession } from './leader-session.ts';
import type { OutboxMetrics } from './outbox-metrics.ts';
import type { Reachability } from './reachability.ts';
import { type Acknowledged, markPublished, readUnpublished } from './rows.ts';
import type { WakeUp } from './wake-up.ts';

export type PublishOutboxDeps = {
  session: LeaderSession;
  broker: Broker;
  reachability: Reachability;
  wakeUp: WakeUp;
  outboxMetrics: OutboxMetrics;
  /** The identity of the database. */
  origin: string;
  /**
   * Rows that NATS has acknowledged and the database has not marked yet. They outlive the session,
   * so that a database that can be read but not written to, such as one with a full disk, does not
   * make us publish them again and again.
   */
  unmarked: Acknowledged[];
  /** Called when the outbox was read and all published rows are marked. */
  onRead(): void;
  logger: Logger;
  signal: AbortSignal;
};

const pollMs = 1_000;
const settleMs = 2_000;

/**
 * Publishes while this instance leads, NATS is reachable and the service runs. Rows are read and
 * marked while others are in flight; a row that is not acknowledged holds up its own aggregate
 * only.
 * @throws when the leader's session ends
 */
export async function publishOutbox(deps: PublishOutboxDeps): Promise<void> {
  const { session, broker, reachability, wakeUp, outboxMetrics, origin, unmarked, logger, signal } = deps;
  const backpressure = createBackpressure({ logger, now: () => performance.now() });
  const goesOn = () => !signal.aborted && !reachability.isAway();
  const mayPublish = () => goesOn() && session.holds();
  const inFlight = createInFlight({
    publish: (event) => broker.publish({ ...event, origin }),
    mayPublish,
    onAccepted: backpressure.accepted,
    // A publish that failed because NATS went away is not a refusal.
    onRefused: (aggregateId, reason) => mayPublish() && backpressure.refused(aggregateId, reason),
    onProgress: wakeUp.ring,
  });

  const markAcknowledged = async () => {
    unmarked.push(...inFlight.takeAcknowledged());
    if (unmarked.length === 0) return;
    await failpoint('before-mark');
    await markPublished(session, unmarked);
    outboxMetrics.published(unmarked.length);
    unmarked.length = 0;
  };
  const readMore = async () => {
    const limit = Math.min(inFlight.room(), backpressure.allowance());
    const except = [...inFlight.aggregates(), ...backpressure.held()];
    const rows = await readUnpublished(session, { except, limit });
    if (goesOn()) inFlight.start(rows);
  };

  while (goesOn()) {
    await markAcknowledged();
    await readMore();
    deps.onRead();
    await Promise.race([wakeUp.next(pollMs), session.lost]);
  }
  if (!reachability.isAway()) {
    await Promise.race([inFlight.settled(), session.lost, delay(settleMs, undefined, { ref: false })]);
  }
  await markAcknowledged();
}
