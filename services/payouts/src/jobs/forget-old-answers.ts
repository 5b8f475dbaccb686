import type { Lifecycle, Logger } from '@punctual/chassis';
import type { Database } from '../persistence/database.ts';
import { forgetOldAnswers } from '../persistence/idempotency.ts';

const everyMs = 60 * 60 * 1000;

/** Once an hour, deletes the idempotency keys whose time is over; in every instance, since it does no harm twice. */
export function startForgetting({
  database,
  logger,
  lifecycle,
}: {
  database: Database;
  logger: Logger;
  lifecycle: Lifecycle;
}): void {
  const timer = setInterval(() => {
    forgetOldAnswers(database.fork()).catch((error: unknown) => {
      logger.warn({ err: error }, 'old idempotency keys could not be deleted; trying again in an hour');
    });
  }, everyMs);
  lifecycle.onShutdown('forgetting', () => clearInterval(timer));
}
