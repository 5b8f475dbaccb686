import { randomUUIDv7 } from 'node:crypto';
import {
  connectBroker,
  createAuthenticate,
  createHttpApp,
  every,
  type ServiceDefinition,
  startConsumer,
  startOutboxRelay,
} from '@punctual/chassis';
import { erasePeople, forgetAnswers, forgetDelivered, openDatabase } from '@punctual/chassis/postgres';
import { readPayoutEvent, readReminderEvent } from '@punctual/contracts';
import type { CommandDeps } from './commands/command.ts';
import { Config } from './config.ts';
import { assignmentRoutes } from './http/assignment-routes.ts';
import { jobRoutes } from './http/job-routes.ts';
import { peopleRoutes } from './http/people-routes.ts';
import { providerRoutes } from './http/provider-routes.ts';
import { expireProposals } from './jobs/expire-proposals.ts';
import { onPayoutEvents, payoutConsumer } from './messaging/on-payout-event.ts';
import { onReminderEvents, reminderConsumer } from './messaging/on-reminder-event.ts';
import { personalTexts } from './persistence/personal-texts.ts';
import { schema } from './persistence/schema.ts';

/** Brings customer and provider to one window, and tells the others. */
export const scheduling: ServiceDefinition<Config> = {
  name: 'scheduling',
  config: Config,
  createApp: async ({ config, logger, lifecycle }) => {
    const process = { logger, lifecycle };
    const database = await openDatabase({
      url: config.DATABASE_URL,
      directUrl: config.DATABASE_DIRECT_URL,
      poolSize: config.DATABASE_POOL_SIZE,
      ...schema,
      lifecycle,
    });
    const broker = connectBroker({ config, name: 'scheduling', ...process });
    const relay = startOutboxRelay({
      databaseUrl: config.DATABASE_DIRECT_URL ?? config.DATABASE_URL,
      broker,
      name: 'scheduling',
      ...process,
    });
    const deps = { database, relay, ...commandSettings(config) };

    const consuming = { broker, ...process };
    startConsumer(consuming, {
      stream: 'REMINDER',
      durable: reminderConsumer,
      subjects: ['reminder.>'],
      read: readReminderEvent,
      handle: (messages) => onReminderEvents(deps, messages),
    });
    startConsumer(consuming, {
      stream: 'PAYOUT',
      durable: payoutConsumer,
      subjects: ['payout.>'],
      read: readPayoutEvent,
      handle: (messages) => onPayoutEvents(deps, messages),
    });

    every(process, {
      name: 'expire proposals',
      pauseMs: config.EXPIRY_INTERVAL_MS,
      run: (signal) => expireProposals(deps, signal),
    });
    every(process, {
      name: 'forget what was delivered',
      pauseMs: 10 * 60_000,
      run: (signal) => forgetDelivered(database.fork(), signal),
    });
    every(process, {
      name: 'forget answers',
      pauseMs: 10 * 60_000,
      run: () => forgetAnswers(database.fork(), deps.now()),
    });

    every(process, {
      name: 'erase people',
      pauseMs: 1_000,
      run: (signal) => erasePeople(database, personalTexts, signal),
    });

    return createHttpApp({
      ...process,
      authenticate: createAuthenticate({ config, logger }),
      checks: [database.check, { name: 'broker', required: false, check: broker.check }],
      routes: [...jobRoutes(deps), ...assignmentRoutes(deps), ...providerRoutes(deps), ...peopleRoutes(deps)],
    });
  },
};

function commandSettings(config: Config): Omit<CommandDeps, 'database' | 'relay'> {
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
