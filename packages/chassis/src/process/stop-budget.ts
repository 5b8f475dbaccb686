import type { z } from 'zod';
import { type HttpConfig, rule } from './config.ts';

/** How long each part of a stop may take, in milliseconds; together no longer than `graceMs`. */
export type StopBudget = {
  graceMs: number;
  /** Not ready, and serving. */
  drainMs: number;
  /** From then on: requests in progress. */
  requestsMs: number;
  /** Also from then on: requests and everything that is to be released. */
  releaseMs: number;
  /** The same, where the service had not started. */
  abandonMs: number;
  /** After that: the last spans and metrics. */
  telemetryMs: number;
};

const defaultDrainMs = 2_000;
const maxAbandonMs = 1_000;
const maxTelemetryMs = 1_500;

export function stopBudget(config: HttpConfig): StopBudget {
  const { SHUTDOWN_GRACE_MS: graceMs } = config;
  const drainMs = config.SHUTDOWN_DRAIN_MS ?? Math.min(defaultDrainMs, graceMs / 4);
  const restMs = graceMs - drainMs;
  return {
    graceMs,
    drainMs,
    requestsMs: restMs / 2,
    releaseMs: restMs * 0.7,
    abandonMs: Math.min(maxAbandonMs, restMs / 2),
    telemetryMs: Math.min(maxTelemetryMs, restMs / 5),
  };
}

/** Refuses a configuration whose drain leaves no time to stop. */
export function stopsInTime<C extends HttpConfig>(config: z.ZodType<C>): z.ZodType<C> {
  return config.refine(
    ({ SHUTDOWN_DRAIN_MS = 0, SHUTDOWN_GRACE_MS }) => SHUTDOWN_DRAIN_MS < SHUTDOWN_GRACE_MS,
    rule('SHUTDOWN_DRAIN_MS', ['SHUTDOWN_GRACE_MS'], 'must be less than SHUTDOWN_GRACE_MS'),
  );
}
