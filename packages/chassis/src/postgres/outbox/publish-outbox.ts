import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from '../../nats/broker.ts';
import type { HeldStream, Stored } from '../../nats/lost-events.ts';
import type { OutgoingEvent } from '../../nats/publisher.ts';
import { failpoint } from '../../process/failpoint.ts';
import type { Logger } from '../../process/logger.ts';
import { createBackpressure } from './backpressure.ts';
import { createInFlight } from './in-flight.ts';
import type { LeaderSession } from './leader-session.ts';
import type { OutboxMetrics } from './outbox-metrics.ts';
import type { Reachability } from './reachability.ts';
import { markPublished, readUnpublished } from './rows.ts';
import type { WakeUp } from './wake-up.ts';
import { watchStream } from './watch-stream.ts';

export type PublishOutboxDeps = {
  session: LeaderSession;
  broker: Broker;
  reachability: Reachability;
  wakeUp: WakeUp;
  /** The name of the stream, and how it was when the outbox was compared with it. */
  stream: string;
  held: HeldStream;
  outboxMetrics: OutboxMetrics;
  /** The identity of the database. */
  origin: string;
  /**
   * Rows that NATS has acknowledged and the database has not marked yet. They outlive the session,
   * so that a database that can be read but not written to, such as one with a full disk, does not
   * make us publish them again and again.
   */
  unmarked: Stored[];
  /** Called when the outbox was read and all published rows are marked. */
  onRead(): void;
  logger: Logger;
  signal: AbortSignal;
};

const pollMs = 1_000;
const settleMs = 2_000;
const lookMs = 5_000;
const lookAfterRefusalMs = 250;

/**
 * Publishes while this instance leads, NATS is reachable and the service runs, until the stream is
 * another one or shorter than it was. Rows are read and marked while others are in flight; a row
 * that is not acknowledged holds up its own aggregate only.
 * @throws when the leader's session ends
 */
export async function publishOutbox(deps: PublishOutboxDeps): Promise<void> {
  const { session, broker, reachability, wakeUp, outboxMetrics, origin, unmarked, logger, signal } = deps;
  const backpressure = createBackpressure({ logger, now: () => performance.now() });
  const watch = watchStream({ ...deps, onDoubt: wakeUp.ring });
  const goesOn = () => !signal.aborted && !reachability.isAway() && !watch.isInDoubt();
  const mayPublish = () => goesOn() && session.holds();
  const publish = async (event: OutgoingEvent) => {
    const ack = await broker.publish({ ...event, origin });
    if (!(await watch.acknowledged(event.id, ack))) throw new NotHeld();
    return ack.sequence;
  };
  const onRefused = (aggregateId: string, reason: unknown) => {
    // A publish that failed because NATS went away is not a refusal.
    if (!mayPublish()) return;
    if (reason instanceof NotHeld) return backpressure.hold(aggregateId, reason);
    backpressure.refused(aggregateId, reason);
    watch.look(lookAfterRefusalMs);
  };
  const onAccepted = backpressure.accepted;
  const inFlight = createInFlight({ publish, mayPublish, onAccepted, onRefused, onProgress: wakeUp.ring });

  const markAcknowledged = async () => {
    unmarked.push(...inFlight.takeAcknowledged());
    // What the stream has lost since is sorted out first.
    if (unmarked.length === 0 || watch.isInDoubt()) return;
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
    watch.look(lookMs);
    await Promise.race([wakeUp.next(pollMs), session.lost]);
  }
  if (!reachability.isAway()) {
    await Promise.race([inFlight.settled(), session.lost, delay(settleMs, undefined, { ref: false })]);
  }
  await markAcknowledged();
}

/** The stream drops the event as a duplicate of one that it no longer holds, for ten minutes at most. */
class NotHeld extends Error {
  override name = 'NotHeld';
  override message = 'The stream remembers the event, but does not hold it';
}
