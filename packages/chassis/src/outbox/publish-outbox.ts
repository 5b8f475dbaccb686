import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from '../nats/broker.ts';
import { publish } from '../nats/publish.ts';
import { failpoint } from '../process/failpoint.ts';
import type { Logger } from '../process/logger.ts';
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
  /**
   * Rows that NATS has taken and the database has not marked yet. They outlive the session: a database that can be read but not
   * written to, with a full disk for instance, must not make us publish them again and again.
   */
  unmarked: Acknowledged[];
  /** The outbox was read, and all that is known to be published is marked. */
  onRead(): void;
  logger: Logger;
  signal: AbortSignal;
};

const pollMs = 1_000;
const settleMs = 2_000;

/**
 * Publishes as long as this instance leads, NATS is there and the service runs. Rows are read and marked while others are on their
 * way; a row that is not acknowledged stops its own aggregate only.
 * @throws when the leader's session ends
 */
export async function publishOutbox(deps: PublishOutboxDeps): Promise<void> {
  const { session, broker, reachability, wakeUp, outboxMetrics, unmarked, logger, signal } = deps;
  const backpressure = createBackpressure({ logger, now: () => performance.now() });
  const goesOn = () => !signal.aborted && !reachability.isAway();
  const mayPublish = () => goesOn() && session.holds();
  const inFlight = createInFlight({
    publish: (event) => publish(broker, event),
    mayPublish,
    onAccepted: backpressure.accepted,
    // What NATS could not answer because it went away is no refusal.
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
