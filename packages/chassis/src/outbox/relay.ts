import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Broker, BrokerHandle } from '../nats/broker.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Logger } from '../process/logger.ts';
import { publishBatch } from './publish-batch.ts';
import { createWakeUp, type WakeUp } from './wake-up.ts';

export type RelayDeps = {
  databaseUrl: string;
  broker: BrokerHandle;
  /** Of the service: names the wake-up's subject. */
  name: string;
  logger: Logger;
  lifecycle: Lifecycle;
};

/** Publishes what the outbox holds. `wake` after each commit; what it misses is found by polling. */
export type OutboxRelay = { wake(): void };

const pollMs = 1_000;
const candidacyMs = 2_000;
const retryMs = 1_000;

/**
 * Runs in every instance of a service; the one that holds the database's advisory lock publishes, the others stand by.
 * The lock, the reads and the marks share one connection: who loses it is no longer leader and can mark nothing.
 */
export function startOutboxRelay(deps: RelayDeps): OutboxRelay {
  const { signal } = deps.lifecycle;
  const logger = deps.logger.child({ part: 'outbox' });
  const wakeUp = createWakeUp({ name: deps.name, signal });

  const run = async () => {
    const broker = await deps.broker.connected();
    wakeUp.listen(broker.connection);
    while (!signal.aborted) {
      await lead(deps, broker, wakeUp, logger).catch((error: unknown) => {
        if (!signal.aborted) logger.warn({ err: error }, 'the outbox cannot be read; trying again');
      });
      await pause(retryMs, signal);
    }
  };

  const running = run();
  deps.lifecycle.onShutdown('outbox relay', () => (wakeUp.isListening() ? running : undefined));
  return { wake: wakeUp.wake };
}

async function lead(deps: RelayDeps, broker: Broker, wakeUp: WakeUp, logger: Logger): Promise<void> {
  const { signal } = deps.lifecycle;
  const client = new Client({
    connectionString: deps.databaseUrl,
    application_name: `${deps.name} outbox relay`,
    keepAlive: true,
    statement_timeout: 10_000,
  });
  const lost = new Promise<never>((_resolve, reject) => client.once('error', reject));
  lost.catch(() => {});
  try {
    await client.connect();
    while (!(await tryToLead(client))) {
      await Promise.race([pause(candidacyMs, signal), lost]);
      if (signal.aborted) return;
    }
    logger.info('leads the outbox');
    while (!signal.aborted) {
      const { found, failed } = await publishBatch({ client, broker, logger });
      if (failed > 0) await pause(retryMs, signal);
      else if (found === 0) await Promise.race([wakeUp.next(pollMs), lost]);
    }
  } finally {
    await client.end().catch(() => {});
  }
}

async function tryToLead(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ leads: boolean }>(
    `select pg_try_advisory_lock(hashtextextended('outbox relay', 0)) as leads`,
  );
  return rows[0]?.leads === true;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
