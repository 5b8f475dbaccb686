import type { z } from 'zod';
import { readConfig } from './process/config.ts';
import { stopBy } from './process/early-stop.ts';
import { createLifecycle } from './process/lifecycle.ts';
import { createLogger } from './process/logger.ts';
import type { ServiceDeps } from './service.ts';
import { flushTelemetry } from './telemetry/flush.ts';
import { enableTraceContext, traceFields } from './telemetry/trace-context.ts';

/** A process that does one thing and exits: its name, what it reads from the environment, its work. */
export type TaskDefinition<C> = {
  name: string;
  config: z.ZodType<C>;
  run(deps: Pick<ServiceDeps<C>, 'config' | 'logger' | 'lifecycle'>): Promise<unknown>;
};

const releaseMs = 5_000;
const telemetryMs = 2_000;

/**
 * The whole life of a task's process. Exits with 0 when the work is done. SIGTERM and SIGINT end the
 * lifecycle, so the work rejects; then, and whenever it fails, the exit code is 1.
 */
export async function runTask<C>({ name, config, run }: TaskDefinition<C>): Promise<void> {
  const logger = createLogger({ name, level: 'info', context: traceFields });
  enableTraceContext();
  const lifecycle = createLifecycle(logger);
  stopBy((signal) => {
    logger.info({ signal }, 'Stopping');
    void lifecycle.shutdown(releaseMs);
  });
  const succeeded = await Promise.try(() => run({ config: readConfig(config, process.env), logger, lifecycle })).then(
    () => !lifecycle.signal.aborted,
    (error: unknown) => logger.fatal({ err: error }, 'Task failed') ?? false,
  );
  if (succeeded) logger.info('Task done');
  await lifecycle.shutdown(releaseMs);
  await flushTelemetry(telemetryMs);
  process.exit(succeeded ? 0 : 1);
}
