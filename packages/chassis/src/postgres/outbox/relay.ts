import type { StreamName } from '@punctual/contracts';
import type { Broker, BrokerHandle } from '../../nats/broker.ts';
import type { Stored } from '../../nats/lost-events.ts';
import type { Lifecycle } from '../../process/lifecycle.ts';
import { logOutage } from '../../process/log-outage.ts';
import type { Logger } from '../../process/logger.ts';
import { pause } from '../../process/pause.ts';
import { readIdentity } from '../restore/identity.ts';
import { untilReconciled } from '../restore/until-reconciled.ts';
import { type PostgresUrl, serversOf } from '../url.ts';
import { openLeaderSession } from './leader-session.ts';
import { createOutboxMetrics, type OutboxMetrics } from './outbox-metrics.ts';
import { publishOutbox } from './publish-outbox.ts';
import { type Reachability, watchReachability } from './reachability.ts';
import { untilCompared } from './until-compared.ts';
import { createWakeUp, type WakeUp } from './wake-up.ts';

export type RelayDeps = {
  /** The direct one, where `DATABASE_URL` leads to a pooler. */
  databaseUrl: PostgresUrl;
  broker: BrokerHandle;
  /** Of the service: names the wake-up's subject. */
  name: string;
  /** The stream that it publishes to. */
  stream: StreamName;
  /** Lifts some of the aggregates of a restored database, once a person has approved it. */
  reconcileSome(): Promise<void>;
  /** Of a service that does what cannot be undone, such as a payment: waits for its consumers. */
  untilCaughtUp?: () => Promise<void>;
  logger: Logger;
  lifecycle: Lifecycle;
};

/**
 * Publishes the rows of the outbox. Call `wake` after each commit; polling finds rows that no call
 * announced.
 */
export type OutboxRelay = { wake(): void };

const candidacyMs = 1_000;
const retryMs = 1_000;

/**
 * Runs in every instance of a service; the one that holds the database's advisory lock publishes,
 * the others stand by. An instance that loses its session no longer leads and cannot mark rows. One
 * that cannot reach NATS leaves the lead to others.
 */
export function startOutboxRelay(deps: RelayDeps): OutboxRelay {
  const { signal } = deps.lifecycle;
  const logger = deps.logger.child({ part: 'outbox' });
  const wakeUp = createWakeUp({ name: deps.name, signal });
  const outboxMetrics = createOutboxMetrics(signal);

  const run = async () => {
    const broker = await deps.broker.connected();
    if (signal.aborted) return;
    wakeUp.listen(broker.connection);
    const reachability = watchReachability(broker.connection, { onAway: wakeUp.ring, signal });
    const unmarked: Stored[] = [];
    let isPoolerKnown = false;
    const onPooler = () => {
      if (!isPoolerKnown)
        logger.warn('Outbox is read through a connection pooler; set DATABASE_DIRECT_URL to bypass it');
      isPoolerKnown = true;
    };
    const outage = logOutage(logger, {
      away: 'Outbox cannot be read; retrying',
      back: 'Outbox is readable again',
      fields: { server: serversOf(deps.databaseUrl) },
    });
    while (!signal.aborted) {
      await reachability.back();
      if (signal.aborted) return;
      try {
        const onRead = outage.back;
        await lead(deps, { broker, reachability, wakeUp, logger, outboxMetrics, unmarked, onRead, onPooler });
      } catch (error) {
        if (!signal.aborted) outage.away(error);
        await pause(retryMs, signal);
      }
    }
  };

  const running = run();
  deps.lifecycle.onShutdown('outbox relay', () => (wakeUp.isListening() ? running : undefined));
  return { wake: wakeUp.wake };
}

type Leading = {
  broker: Broker;
  reachability: Reachability;
  wakeUp: WakeUp;
  logger: Logger;
  outboxMetrics: OutboxMetrics;
  unmarked: Stored[];
  /** Called when the outbox can be read and marked. */
  onRead(): void;
  onPooler(): void;
};

async function lead(deps: RelayDeps, leading: Leading): Promise<void> {
  const { signal } = deps.lifecycle;
  const { reachability, wakeUp, logger, outboxMetrics } = leading;
  const session = await openLeaderSession({ url: deps.databaseUrl, name: deps.name, signal });
  if (session.isShared) leading.onPooler();
  try {
    while (!(await session.tryToLead())) {
      leading.onRead();
      await Promise.race([pause(candidacyMs, signal), session.lost]);
      if (signal.aborted || reachability.isAway()) return;
    }
    // Scripts count leaders by this line, so its text stays as it was in 1.0.
    logger.info('leads the outbox');
    wakeUp.leads(true);
    outboxMetrics.leads(session);
    const identity = await readIdentity(session);
    const { stream, reconcileSome, untilCaughtUp } = deps;
    const onWaiting = outboxMetrics.toReconcile;
    while (!signal.aborted && !reachability.isAway()) {
      const held = await untilCompared({ session, signal, stream, ...leading });
      if (!held) return;
      const isReconciled = await untilReconciled({
        session,
        identity,
        stream,
        reconcileSome,
        untilCaughtUp,
        onWaiting,
        signal,
        ...leading,
      });
      if (!isReconciled) return;
      await publishOutbox({ session, signal, stream, held, origin: identity.id, ...leading });
    }
  } finally {
    wakeUp.leads(false);
    outboxMetrics.leads(undefined);
    await session.end();
  }
}
