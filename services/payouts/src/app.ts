import { randomUUIDv7 } from 'node:crypto';
import {
  announce,
  connectBroker,
  createAuthenticate,
  createHttpApp,
  every,
  readVersion,
  type ServiceDefinition,
} from '@punctual/chassis';
import {
  createAttempts,
  erasePeople,
  type OutboxRelay,
  openDatabase,
  purgeAttempts,
  purgeDelivered,
  purgeResponses,
  reconcileSome,
  restoreCheck,
  startOutboxRelay,
} from '@punctual/chassis/postgres';
import { liftRestored } from './commands/lift-restored.ts';
import { Config } from './config.ts';
import { createRoutes } from './http/routes.ts';
import { observePayouts } from './jobs/observe-payouts.ts';
import { payApproved } from './jobs/pay-approved.ts';
import { watchDrift } from './jobs/watch-drift.ts';
import { subscribe } from './messaging/subscriptions.ts';
import { createProvider, createWebhook } from './payment/create-provider.ts';
import { addUpSums } from './persistence/payout-sums.ts';
import { personalTexts } from './persistence/personal-texts.ts';
import { schema } from './persistence/schema.ts';
import { purgeWebhookEvents } from './persistence/webhook-events.ts';

/** Turns confirmed work into a payout that a person approves, and keeps its books. */
export const payouts: ServiceDefinition<Config> = {
  name: 'payouts',
  config: Config,
  createApp: async ({ config, logger, lifecycle, logging }) => {
    const process = { logger, lifecycle };
    const database = await openDatabase({
      url: config.DATABASE_URL,
      directUrl: config.DATABASE_DIRECT_URL,
      poolSize: config.DATABASE_POOL_SIZE,
      ...schema,
      lifecycle,
    });
    const broker = connectBroker({ config, name: 'payouts', ...process });
    const version = readVersion('payouts', new URL('..', import.meta.url), config.PUNCTUAL_REVISION);
    announce({ broker, logger, version });
    const clock = {
      now: () => Temporal.Instant.fromEpochMilliseconds(Date.now()),
      newId: () => randomUUIDv7(),
    };
    const relay: OutboxRelay = startOutboxRelay({
      databaseUrl: config.DATABASE_DIRECT_URL ?? config.DATABASE_URL,
      broker,
      name: 'payouts',
      stream: 'PAYOUT',
      reconcileSome: () => reconcileSome(database, (...restored) => liftRestored(clock, ...restored)),
      untilCaughtUp: () => ofVisits.untilCaughtUp(),
      ...process,
    });
    const deps = {
      ...process,
      database,
      relay,
      ...clock,
    };
    const twoPersonMinor = config.PAYOUT_TWO_PERSON_MINOR;
    const ofVisits = subscribe({ broker, ...process }, { ...deps, twoPersonMinor, attempts: createAttempts(database) });
    every(process, {
      name: 'finish migrations',
      pauseMs: 5_000,
      run: () => database.finishMigrations(),
    });
    every(process, {
      name: 'erase people',
      pauseMs: 1_000,
      run: (signal) => erasePeople(database, personalTexts, signal),
    });
    every(process, {
      name: 'purge delivered events',
      pauseMs: 10 * 60_000,
      run: (signal) => purgeDelivered(database, signal),
    });
    every(process, {
      name: 'purge notes of attempts',
      pauseMs: 3_600_000,
      run: () => purgeAttempts(database),
    });
    every(process, {
      name: 'purge stored responses',
      pauseMs: 10 * 60_000,
      run: (signal) => purgeResponses(database, deps.now(), signal),
    });
    every(process, {
      name: 'add up sums of payouts',
      pauseMs: 1_000,
      run: (signal) => addUpSums(database, signal),
    });
    every(process, {
      name: 'purge webhook events',
      pauseMs: 3_600_000,
      run: () => purgeWebhookEvents(database),
    });
    const provider = createProvider(config, logger);
    const retry = { tries: config.PAYMENT_TRIES, firstPauseMs: config.PAYMENT_PAUSE_MS };
    const leaseMs = 5_000 + 4 * config.STRIPE_TIMEOUT_MS;
    if (provider) payApproved({ ...deps, provider, retry, leaseMs });
    watchDrift({ ...deps, provider });
    observePayouts(deps);

    return createHttpApp({
      ...process,
      logging,
      authenticate: createAuthenticate({ config, logger, lifecycle }),
      checks: [database.check, restoreCheck(database), { name: 'broker', required: false, check: broker.check }],
      version,
      routes: createRoutes({ ...deps, provider, webhook: createWebhook(config) }),
    });
  },
};
