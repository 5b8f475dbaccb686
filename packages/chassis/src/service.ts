import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { z } from 'zod';
import type { Logging } from './http/http-app.ts';
import { createHttpServer } from './http/http-server.ts';
import { createStartingApp } from './http/starting-app.ts';
import { type HttpConfig, readConfig } from './process/config.ts';
import { stopBy } from './process/early-stop.ts';
import { createLifecycle, type Lifecycle } from './process/lifecycle.ts';
import { createLevelControl } from './process/log-level.ts';
import { createLogger, type Logger } from './process/logger.ts';
import { pause } from './process/pause.ts';
import { type StopBudget, stopBudget, stopsInTime } from './process/stop-budget.ts';
import { flushTelemetry, isOfTelemetry } from './telemetry/flush.ts';
import { enableTraceContext, traceFields } from './telemetry/trace-context.ts';

export type ServiceDeps<C> = {
  config: C;
  logger: Logger;
  lifecycle: Lifecycle;
  /** Calls `listener` with each new connection of a client. */
  onConnection(listener: (socket: Socket) => void): void;
  logging: Logging;
};

/**
 * A service as its process sees it: a name, what it reads from the environment, and how it is
 * wired.
 */
export type ServiceDefinition<C extends HttpConfig> = {
  name: string;
  config: z.ZodType<C>;
  /** Its requests come from clients: their traces are continued, but their sampling is not trusted. */
  calledByClients?: boolean;
  createApp(deps: ServiceDeps<C>): Promise<RequestListener>;
};

export type Service = {
  readonly url: string;
  readonly config: HttpConfig;
  /** Drains, then releases all that the service acquired; safe to call twice. */
  stop(): Promise<void>;
};

/**
 * Starts a service inside this process, as tests do.
 * @param environment read instead of `process.env`
 * @throws ConfigError, or what `createApp` throws; what was acquired until then is released
 */
export async function startService<C extends HttpConfig>(
  definition: ServiceDefinition<C>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Service> {
  const { started, stop, config } = launch(definition, environment);
  return { url: await started, config, stop };
}

/**
 * The whole life of a service's process. Starts it from the environment and stops it on SIGTERM or
 * SIGINT, also in the middle of its start, with code 0. Ends the process with code 1 when it cannot
 * start, falls over, or does not stop within `SHUTDOWN_GRACE_MS`.
 */
export async function runService<C extends HttpConfig>(definition: ServiceDefinition<C>): Promise<void> {
  const logger = createLogger({ name: definition.name, level: 'info', context: traceFields });
  let isStopping = false;
  const die = (message: string) => (error: unknown) => {
    logger.fatal({ err: error }, message);
    process.exit(1);
  };
  const fallOver = (message: string) => (error: unknown) => {
    // A process that is ending anyway ends as it was asked to.
    if (isStopping || isOfTelemetry(error)) logger.warn({ err: error }, message);
    else die(message)(error);
  };
  process.on('uncaughtException', fallOver('Uncaught exception'));
  process.on('unhandledRejection', fallOver('Unhandled rejection'));

  try {
    const { started, stop, budget } = launch(definition, process.env);
    stopBy(async (signal) => {
      if (isStopping) return;
      isStopping = true;
      logger.info({ signal }, 'Stopping');
      setTimeout(die('Did not stop in time'), budget.graceMs, signal).unref();
      await stop();
      await flushTelemetry(budget.telemetryMs);
      process.exit(0);
    });
    await started;
  } catch (error) {
    if (!isStopping) die('Could not start')(error);
  }
}

type Launched = {
  config: HttpConfig;
  budget: StopBudget;
  /**
   * Resolves with the URL once the service answers; rejects when it cannot start or is stopped
   * before.
   */
  started: Promise<string>;
  stop(): Promise<void>;
};

/**
 * Begins to start a service: its port opens first, so that its health can be asked for from then
 * on.
 */
function launch<C extends HttpConfig>(
  definition: ServiceDefinition<C>,
  environment: Readonly<Record<string, string | undefined>>,
): Launched {
  const config = readConfig(stopsInTime(definition.config), environment);
  const budget = stopBudget(config);
  const { logger, logging } = createLogging(definition.name, config);
  enableTraceContext(definition);
  const lifecycle = createLifecycle(logger);
  const { stopping, signal } = lifecycle;
  const server = createHttpServer(config, createStartingApp(lifecycle));
  let isServing = false;
  let stopped: Promise<void> | undefined;

  const begin = async () => {
    const url = await server.listen();
    const { onConnection } = server;
    const app = await unlessAborted(
      stopping,
      definition.createApp({ config, logger, lifecycle, onConnection, logging }),
    );
    server.serve(app);
    isServing = true;
    // Scripts find the address by this line, so its text stays as it was in 1.0.
    logger.info({ url }, 'listening');
    return url;
  };
  const end = async () => {
    lifecycle.beginStop();
    server.drain();
    if (isServing) await pause(budget.drainMs, signal);
    lifecycle.onShutdown('http', () => server.close(isServing ? budget.requestsMs : 0));
    await lifecycle.shutdown(isServing ? budget.releaseMs : budget.abandonMs);
  };
  const stop = () => {
    stopped ??= end();
    return stopped;
  };
  const started = begin().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { config, budget, started, stop };
}

/** The logger of a service, and what its requests for operations may change about it. */
function createLogging(name: string, { LOG_LEVEL: level, ACCESS_LOG }: HttpConfig) {
  const loggers: Logger[] = [];
  const logger = createLogger({ name, level, context: traceFields, onChild: (child) => loggers.push(child) });
  const audit = logger.child({});
  // Its own from now on: a child shares the level of its parent until one is set.
  audit.level = level;
  loggers.splice(0, 1, logger);
  const logging: Logging = { level: createLevelControl(() => loggers, audit), access: ACCESS_LOG === 'on' };
  return { logger, logging };
}

/** Waits for something no longer than until the signal is aborted. */
async function unlessAborted<T>(signal: AbortSignal, waited: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(new Error('The service was stopped while it was starting.'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([waited, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
