import { counter } from '../telemetry/instruments.ts';
import { type Comparison, findLacking } from './find-lacking.ts';
import type { BatchDeps } from './handle-batch.ts';
import type { Handling, Identified } from './handling.ts';
import type { Inbox } from './inbox.ts';
import { settleAgain } from './settle-again.ts';

/** Handles the acknowledged events whose effect the database lacks, oldest first. */
export async function handleLacking<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E> & { inbox: Inbox<E> },
  comparison: Comparison,
): Promise<void> {
  const { stream } = comparison.source;
  const caughtUp = counter('punctual.consumer.caught_up');
  let events = 0;
  for await (const lacking of findLacking(deps.broker, handling, comparison)) {
    if (events === 0) {
      const sequence = lacking[0]?.seq;
      deps.logger.warn({ sequence }, 'The database lacks events that were acknowledged; reading them again');
    }
    await settleAgain(deps, handling, stream, lacking);
    events += lacking.length;
    caughtUp.add(lacking.length, { consumer: handling.durable, stream });
  }
  if (events > 0) deps.logger.info({ events }, 'The database has the events that it lacked');
}
