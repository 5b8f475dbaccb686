import type { Socket } from 'node:net';
import type { Express } from 'express';
import type { z } from 'zod';
import { createStartingApp } from '../http/starting-app.ts';
import { flushTelemetry, isOfTelemetry } from '../telemetry/flush.ts';
import { enableTraceContext } from '../telemetry/trace-context.ts';
import { type HttpConfig, readConfig } from './config.ts';
import { stopBy } from './early-stop.ts';
import { createHttpServer } from './http-server.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { createLogger, type Logger } from './logger.ts';
import { pause } from './pause.ts';
import { type StopBudget, stopBudget, stopsInTime } from './stop-budget.ts';

export type ServiceDeps<C> = {
  config: C;
  logger: Logger;
  lifecycle: Lifecycle;
  /** Calls `listener` with each new connection of a client. */
  onConnection(listener: (socket: Socket) => void): void;
};

/** A service as its process sees it: a name, what it reads from the environment, and how it is wired. */
export type ServiceDefinition<C extends HttpConfig> = {
  name: string;
  config: z.ZodType<C>;
  createApp(deps: ServiceDeps<C>): Promise<Express>;
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
 * The whole life of a service's process. Starts it from the environment and stops it on SIGTERM or SIGINT, also in the
 * middle of its start, with code 0. Ends the process with code 1 when it cannot start, falls over, or does not stop within
 * `SHUTDOWN_GRACE_MS`.
 */
export async function runService<C extends HttpConfig>(definition: ServiceDefinition<C>): Promise<void> {
  const logger = createLogger({ name: definition.name, level: 'info' });
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
  process.on('uncaughtException', fallOver('uncaught exception'));
  process.on('unhandledRejection', fallOver('unhandled rejection'));

  try {
    const { started, stop, budget } = launch(definition, process.env);
    stopBy(async (signal) => {
      if (isStopping) return;
      isStopping = true;
      logger.info({ signal }, 'stopping');
      setTimeout(die('did not stop in time'), budget.graceMs, signal).unref();
      await stop();
      await flushTelemetry(budget.telemetryMs);
      process.exit(0);
    });
    await started;
  } catch (error) {
    if (!isStopping) die('could not start')(error);
  }
}

type Launched = {
  config: HttpConfig;
  budget: StopBudget;
  /** Resolves with the URL once the service answers; rejects when it cannot start or is stopped before. */
  started: Promise<string>;
  stop(): Promise<void>;
};

/** Begins to start a service: its port opens first, so that its health can be asked for from then on. */
function launch<C extends HttpConfig>(
  definition: ServiceDefinition<C>,
  environment: Readonly<Record<string, string | undefined>>,
): Launched {
  const config = readConfig(stopsInTime(definition.config), environment);
  const budget = stopBudget(config);
  const logger = createLogger({ name: definition.name, level: config.LOG_LEVEL });
  enableTraceContext();
  const lifecycle = createLifecycle(logger);
  const { stopping, signal } = lifecycle;
  const server = createHttpServer(config, createStartingApp(lifecycle));
  let isServing = false;
  let stopped: Promise<void> | undefined;

  const begin = async () => {
    const url = await server.listen();
    const { onConnection } = server;
    const app = await unlessAborted(stopping, definition.createApp({ config, logger, lifecycle, onConnection }));
    server.serve(app);
    isServing = true;
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
