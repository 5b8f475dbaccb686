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
  openDatabase,
  purgeAttempts,
  purgeDelivered,
  purgeResponses,
  reconcileSome,
  restoreCheck,
  startOutboxRelay,
} from '@punctual/chassis/postgres';
import type { SchedulingDeps } from './commands/deps.ts';
import { liftRestored } from './commands/lift-restored.ts';
import { Config } from './config.ts';
import { createRoutes } from './http/routes.ts';
import { expireProposals } from './jobs/expire-proposals.ts';
import { subscribe } from './messaging/subscriptions.ts';
import { personalTexts } from './persistence/personal-texts.ts';
import { schema } from './persistence/schema.ts';
import { createCopyWaits } from './queries/copy-waits.ts';

/** Brings customer and provider to one window, and publishes what they agree on. */
export const scheduling: ServiceDefinition<Config> = {
  name: 'scheduling',
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
    const broker = connectBroker({ config, name: 'scheduling', ...process });
    const version = readVersion('scheduling', new URL('..', import.meta.url), config.PUNCTUAL_REVISION);
    announce({ broker, logger, version });
    const settings = commandSettings(config);
    const relay = startOutboxRelay({
      databaseUrl: config.DATABASE_DIRECT_URL ?? config.DATABASE_URL,
      broker,
      name: 'scheduling',
      stream: 'SCHEDULE',
      reconcileSome: () => reconcileSome(database, (...restored) => liftRestored(settings, ...restored)),
      ...process,
    });
    const deps = { database, relay, ...settings };

    subscribe({ broker, ...process }, { ...deps, attempts: createAttempts(database) });

    every(process, {
      name: 'finish migrations',
      pauseMs: 5_000,
      run: () => database.finishMigrations(),
    });
    every(process, {
      name: 'expire proposals',
      pauseMs: config.EXPIRY_INTERVAL_MS,
      run: (signal) => expireProposals(deps, signal),
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
      name: 'erase people',
      pauseMs: 1_000,
      run: (signal) => erasePeople(database, personalTexts, signal),
    });

    return createHttpApp({
      ...process,
      logging,
      authenticate: createAuthenticate({ config, logger, lifecycle }),
      checks: [database.check, restoreCheck(database), { name: 'broker', required: false, check: broker.check }],
      version,
      routes: createRoutes({ ...deps, copyWaits: createCopyWaits({ database, signal: lifecycle.stopping }) }),
    });
  },
};

function commandSettings(config: Config): Omit<SchedulingDeps, 'database' | 'relay'> {
  return {
    now: () => Temporal.Instant.fromEpochMilliseconds(Date.now()),
    newId: () => randomUUIDv7(),
    linkBase: config.LINK_BASE,
    rules: {
      horizonDays: config.SCHEDULE_HORIZON_DAYS,
      minMinutes: config.SCHEDULE_MIN_MINUTES,
      maxMinutes: config.SCHEDULE_MAX_MINUTES,
      proposalTtlHours: config.PROPOSAL_TTL_HOURS,
    },
    limits: {
      proposalsPerHour: config.MAX_PROPOSALS_PER_HOUR,
      openPerPair: config.MAX_OPEN_PER_PAIR,
      openJobs: config.MAX_OPEN_JOBS,
    },
  };
}
