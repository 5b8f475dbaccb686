import {
  connectBroker,
  createAuthenticate,
  createHttpApp,
  every,
  type ServiceDefinition,
  startOutboxRelay,
} from '@punctual/chassis';
import { erasePeople, forgetAnswers, forgetDelivered, openDatabase } from '@punctual/chassis/postgres';
import { Config } from './config.ts';
import { createRoutes } from './http/routes.ts';
import { payApproved } from './jobs/pay-approved.ts';
import { watchDrift } from './jobs/watch-drift.ts';
import { consumePersonEvents } from './messaging/on-person-event.ts';
import { consumeScheduleEvents } from './messaging/on-schedule-event.ts';
import { createProvider } from './payment/create-provider.ts';
import { forgetNotices } from './persistence/payment-notices.ts';
import { personalTexts } from './persistence/personal-texts.ts';
import { schema } from './persistence/schema.ts';

/** Turns confirmed work into a payout that a person approves, and keeps its books. */
export const payouts: ServiceDefinition<Config> = {
  name: 'payouts',
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
    const broker = connectBroker({ config, name: 'payouts', ...process });
    const relay = startOutboxRelay({
      databaseUrl: config.DATABASE_DIRECT_URL ?? config.DATABASE_URL,
      broker,
      name: 'payouts',
      ...process,
    });
    const twoPersonMinor = config.PAYOUT_TWO_PERSON_MINOR;
    consumeScheduleEvents({ database, relay, twoPersonMinor, broker, ...process });
    consumePersonEvents({ database, broker, ...process });
    every(process, {
      name: 'erase people',
      pauseMs: 1_000,
      run: (signal) => erasePeople(database, personalTexts, signal),
    });
    every(process, {
      name: 'forget what was delivered',
      pauseMs: 10 * 60_000,
      run: (signal) => forgetDelivered(database.fork(), signal),
    });
    every(process, {
      name: 'forget answers',
      pauseMs: 10 * 60_000,
      run: () => forgetAnswers(database.fork(), Temporal.Now.instant()),
    });

    every(process, {
      name: 'forget notices',
      pauseMs: 3_600_000,
      run: () => forgetNotices(database.fork()),
    });
    const provider = createProvider(config, logger);
    const retry = { tries: config.PAYMENT_TRIES, firstPauseMs: config.PAYMENT_PAUSE_MS };
    const leaseMs = 5_000 + 4 * config.STRIPE_TIMEOUT_MS;
    if (provider) payApproved({ database, relay, provider, retry, leaseMs, ...process });
    watchDrift({ database, provider, ...process });

    return createHttpApp({
      ...process,
      authenticate: createAuthenticate({ config, logger }),
      checks: [database.check, { name: 'broker', required: false, check: broker.check }],
      routes: createRoutes({ database, relay, provider, logger, webhookSecret: config.STRIPE_WEBHOOK_SECRET }),
    });
  },
};
