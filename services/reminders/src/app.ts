import {
  connectBroker,
  createAuthenticate,
  createHttpApp,
  type ServiceDefinition,
  type ServiceDeps,
} from '@punctual/chassis';
import type { CommandDeps } from './commands/deps.ts';
import { planRules, RemindersConfig } from './config.ts';
import { agendashPaths, mountAgendash } from './http/agendash.ts';
import { createRoutes } from './http/routes.ts';
import { createAlarms } from './jobs/alarms.ts';
import { createAgenda, startScheduler } from './jobs/scheduler.ts';
import { consumeScheduleEvents } from './messaging/on-schedule-event.ts';
import { checkWritable } from './persistence/check-writable.ts';
import { openStore } from './persistence/store.ts';
import { createCensuses } from './queries/measure-health.ts';
import { createDispatchMetrics, observeHealth } from './queries/observe-health.ts';

export const reminders: ServiceDefinition<RemindersConfig> = { name: 'reminders', config: RemindersConfig, createApp };

async function createApp({ config, logger, lifecycle }: ServiceDeps<RemindersConfig>) {
  const now = () => new Date();
  const authenticate = createAuthenticate({ config, logger });
  const store = await openStore({ url: config.MONGO_URL, logger, lifecycle });
  const broker = connectBroker({ config, name: 'reminders', logger, lifecycle });
  const agenda = createAgenda({ store, pollMs: config.SCHEDULER_POLL_MS, logger });

  const deps: CommandDeps = {
    store,
    broker,
    alarms: createAlarms({ agenda, now }),
    metrics: createDispatchMetrics(),
    logger,
    now,
    rules: planRules(config),
    graceMs: config.REMINDER_GRACE_MS,
    claimMs: config.REMINDER_CLAIM_MS,
    signal: lifecycle.signal,
  };
  await startScheduler({
    ...deps,
    agenda,
    lifecycle,
    sweepEveryMs: config.SWEEP_EVERY_MS,
    keepDays: config.REMINDER_KEEP_DAYS,
  });
  consumeScheduleEvents({ ...deps, lifecycle });

  const healthDeps = { ...deps, censuses: createCensuses(deps), lifecycle };
  observeHealth(healthDeps);
  return createHttpApp({
    logger,
    lifecycle,
    authenticate,
    checks: [
      { name: 'store', required: true, check: () => checkWritable(store, now()) },
      { name: 'broker', required: false, check: broker.check },
    ],
    routes: createRoutes(healthDeps),
    extend: (app) => mountAgendash(app, { agenda, authenticate }),
    extraPaths: agendashPaths,
  });
}
