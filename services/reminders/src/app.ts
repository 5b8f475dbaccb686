import { randomUUID } from 'node:crypto';
import {
  announce,
  connectBroker,
  createAuthenticate,
  createHttpApp,
  readVersion,
  type ServiceDefinition,
  type ServiceDeps,
} from '@punctual/chassis';
import { applyScheduleEvents } from './commands/apply-schedule-events.ts';
import type { RemindersDeps } from './commands/deps.ts';
import { eraseTitles } from './commands/erase-titles.ts';
import { checkRestored, createHistory } from './commands/history.ts';
import { Config, planRules } from './config.ts';
import { agendashPaths, mountAgendash } from './http/agendash.ts';
import { createRoutes } from './http/routes.ts';
import { createAlarms } from './jobs/alarms.ts';
import { createAgenda, startScheduler } from './jobs/scheduler.ts';
import { watchHistory } from './jobs/watch-history.ts';
import { checkReminderStream } from './messaging/check-reminder-stream.ts';
import { subscribe } from './messaging/subscriptions.ts';
import { createAttempts } from './persistence/attempts.ts';
import { checkWritable } from './persistence/check-writable.ts';
import { openStore } from './persistence/store.ts';
import { createTurn } from './persistence/turn.ts';
import { createLedgerCounts } from './queries/measure-health.ts';
import { createDispatchMetrics, observeHealth } from './queries/observe-health.ts';

export const reminders: ServiceDefinition<Config> = { name: 'reminders', config: Config, createApp };

async function createApp({ config, logger, lifecycle, logging }: ServiceDeps<Config>) {
  const now = () => Temporal.Instant.fromEpochMilliseconds(Date.now());
  const authenticate = createAuthenticate({ config, logger, lifecycle });
  const history = createHistory(lifecycle.signal);
  const store = await openStore({ url: config.MONGO_URL, logger, lifecycle, onAway: history.doubt });
  const broker = connectBroker({ config, name: 'reminders', logger, lifecycle, onAway: history.doubtStream });
  const version = readVersion('reminders', new URL('..', import.meta.url), config.PUNCTUAL_REVISION);
  announce({ broker, logger, version });
  const agenda = createAgenda({ store, newId: randomUUID, pollMs: config.SCHEDULER_POLL_MS, logger });

  const deps: RemindersDeps = {
    store,
    broker,
    alarms: createAlarms({ agenda, now }),
    history,
    refillTurn: createTurn(store, 'refill', randomUUID()),
    metrics: createDispatchMetrics(),
    logger,
    now,
    newId: randomUUID,
    random: Math.random,
    rules: planRules(config),
    graceMs: config.REMINDER_GRACE_MS,
    claimMs: config.REMINDER_CLAIM_MS,
    signal: lifecycle.signal,
  };
  watchHistory({ ...deps, lifecycle });
  await startScheduler({
    ...deps,
    agenda,
    lifecycle,
    sweepEveryMs: config.SWEEP_EVERY_MS,
    keepDays: config.REMINDER_KEEP_DAYS,
  });
  subscribe(
    { broker, logger, lifecycle },
    {
      applyScheduleEvents: (arrivals) => applyScheduleEvents(deps, arrivals),
      eraseTitles: (events) => eraseTitles(deps, events),
      attempts: createAttempts(store),
    },
  );

  const healthDeps = {
    ...deps,
    counts: createLedgerCounts(deps),
    checkStream: async () => (await checkReminderStream(broker)).now,
    lifecycle,
  };
  observeHealth(healthDeps);
  return createHttpApp({
    logger,
    logging,
    lifecycle,
    authenticate,
    checks: [
      { name: 'store', required: true, check: () => checkWritable(store, now()) },
      { name: 'broker', required: false, check: broker.check },
      { name: 'restore', required: true, check: async () => checkRestored(history) },
    ],
    version,
    routes: createRoutes(healthDeps),
    extend: (app) => mountAgendash(app, { agenda, authenticate }),
    extraPaths: agendashPaths,
  });
}
