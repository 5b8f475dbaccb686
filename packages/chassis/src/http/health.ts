import type { RequestHandler } from 'express';
import type { Lifecycle } from '../process/lifecycle.ts';

/** A dependency of a service. */
export type HealthCheck = {
  name: string;
  /**
   * Whether the service is of no use without it; what is not required is shown and keeps no one
   * away.
   */
  required: boolean;
  /** @throws when it is unavailable */
  check: () => Promise<void>;
};

const checkTimeoutMs = 1_000;
/** How long a result is reused. */
const freshMs = 1_000;

/** Answers that the process is alive. */
export const live: RequestHandler = (_request, response) => {
  response.json({ status: 'live' });
};

/**
 * Whether requests should come here: 200, or 503 with what is not ready. However many ask, the
 * checks run once at a time and once a second.
 */
export function ready(deps: { lifecycle: Lifecycle; checks: readonly HealthCheck[] }): RequestHandler {
  const check = () => Promise.all(deps.checks.map(async (each) => ({ ...each, ok: await passes(each) })));
  let latest: ReturnType<typeof check> | undefined;
  return async (_request, response) => {
    latest ??= check().finally(() => {
      setTimeout(() => {
        latest = undefined;
      }, freshMs).unref();
    });
    const results = await latest;
    const stopping = deps.lifecycle.stopping.aborted;
    const isReady = !stopping && results.every(({ ok, required }) => ok || !required);
    const checks = Object.fromEntries(results.map(({ name, ok }) => [name, ok ? 'ok' : 'away']));
    response.status(isReady ? 200 : 503).set('Cache-Control', 'no-store');
    response.json({ status: isReady ? 'ready' : stopping ? 'stopping' : 'not-ready', checks });
  };
}

async function passes({ check }: HealthCheck): Promise<boolean> {
  const timeout = new Promise<never>((_resolve, reject) => {
    setTimeout(reject, checkTimeoutMs, new Error('timed out')).unref();
  });
  return Promise.race([check(), timeout]).then(
    () => true,
    () => false,
  );
}
