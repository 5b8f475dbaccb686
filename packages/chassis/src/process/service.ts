import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import type { z } from 'zod';
import { answerUnreadable } from '../http/answer-unreadable.ts';
import { enableTraceContext, flushSpans } from '../telemetry/trace-context.ts';
import { type HttpConfig, readConfig } from './config.ts';
import { createLifecycle, type Lifecycle, type OwnedLifecycle } from './lifecycle.ts';
import { createLogger, type Logger } from './logger.ts';

export type ServiceDeps<C> = { config: C; logger: Logger; lifecycle: Lifecycle };

/** A service as its process sees it: a name, what it reads from the environment, and how it is wired. */
export type ServiceDefinition<C extends HttpConfig> = {
  name: string;
  config: z.ZodType<C>;
  createApp(deps: ServiceDeps<C>): Promise<Express>;
};

export type Service = {
  readonly url: string;
  readonly config: HttpConfig;
  /** Releases all that the service acquired; safe to call twice. */
  stop(): Promise<void>;
};

/** How a request is received: who dawdles holds a connection and memory. */
const receiving = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  // Well above what the edge allows a URI to be, so that it is the edge that refuses a longer one, with a problem.
  maxHeaderSize: 64 * 1024,
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
  const config = readConfig(definition.config, environment);
  const logger = createLogger({ name: definition.name, level: config.LOG_LEVEL });
  enableTraceContext();
  const lifecycle = createLifecycle(logger);
  try {
    const app = await definition.createApp({ config, logger, lifecycle });
    const url = await listen(app, config, lifecycle);
    logger.info({ url }, 'listening');
    return { url, config, stop: lifecycle.shutdown };
  } catch (error) {
    await lifecycle.shutdown();
    throw error;
  }
}

/**
 * The whole life of a service's process: starts it from the environment, stops it cleanly on SIGTERM and SIGINT, and
 * ends the process with code 1 when it cannot start, falls over, or does not stop within `SHUTDOWN_GRACE_MS`.
 */
export async function runService<C extends HttpConfig>(definition: ServiceDefinition<C>): Promise<void> {
  const logger = createLogger({ name: definition.name, level: 'info' });
  const die = (message: string) => (error: unknown) => {
    logger.fatal({ err: error }, message);
    process.exit(1);
  };
  process.on('uncaughtException', die('uncaught exception'));
  process.on('unhandledRejection', die('unhandled rejection'));

  const starting = startService(definition, process.env);
  const stop = async (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'stopping');
    const service = await starting;
    setTimeout(die('did not stop in time'), service.config.SHUTDOWN_GRACE_MS, signal).unref();
    await service.stop();
    await flushSpans();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await starting.catch(die('could not start'));
}

async function listen(app: Express, config: HttpConfig, lifecycle: OwnedLifecycle): Promise<string> {
  const server = createServer(receiving, app);
  answerUnreadable(server);
  server.listen(config.PORT, config.HOST);
  await once(server, 'listening');
  lifecycle.onShutdown('http', async () => {
    const closed = once(server, 'close');
    server.close();
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    // Half of the grace: the other half is for what is released after this.
    const late = setTimeout(() => server.closeAllConnections(), config.SHUTDOWN_GRACE_MS / 2);
    await closed;
    clearInterval(idle);
    clearTimeout(late);
  });
  const { port } = server.address() as AddressInfo;
  return `http://${config.HOST}:${port}`;
}
