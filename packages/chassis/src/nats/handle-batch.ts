import { reasonOf } from '../process/reason-of.ts';
import { isUnavailable } from '../unavailable/is-unavailable.ts';
import { type ApplyDeps, applyBatch, type ParsedMessage } from './apply-batch.ts';
import { deadLetter } from './dead-letter.ts';
import type { Delivery } from './delivery.ts';
import { enoughFaults } from './faults.ts';
import type { Handling, Identified } from './handling.ts';
import { onceThere } from './once-there.ts';
import { readMessage } from './read-message.ts';

export type BatchDeps = ApplyDeps & { signal: AbortSignal };

const maxRetryDelayMs = 60_000;
/** For an event that waits for a server, so that it is handled soon after the server is back. */
const maxUnavailableDelayMs = 5_000;

/**
 * Settles every message: acknowledges it, asks for it again later, or keeps it as a dead letter.
 */
export async function handleBatch<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E>,
  messages: readonly Delivery[],
): Promise<void> {
  const batch: ParsedMessage<E>[] = [];
  for (const message of messages) {
    const event = await readOrSettle(deps, handling, message);
    if (event !== undefined) batch.push({ message, event });
  }
  if (batch.length === 0) return;
  const failure = await onceThere(deps, () => applyBatch(deps, handling, batch));
  if (failure === undefined) return;
  const [only, ...others] = batch;
  if (only && others.length === 0) return putOff(deps, handling, only.message, failure.error);

  if (!isUnavailable(failure.error))
    deps.logger.warn({ err: failure.error, events: batch.length }, 'Batch failed; handling its events one by one');
  for (const each of batch) {
    if (deps.signal.aborted) each.message.nak();
    else {
      const own = await applyBatch(deps, handling, [each]);
      if (own) await putOff(deps, handling, each.message, own.error);
    }
  }
}

async function readOrSettle<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E>,
  message: Delivery,
): Promise<E | undefined> {
  try {
    const event = readMessage(handling, message);
    if (event !== undefined) return event;
  } catch (error) {
    deps.metrics.count('dead');
    await deadLetter(deps, handling, { message, cause: 'malformed', reason: `malformed: ${reasonOf(error)}` });
    return undefined;
  }
  deps.logger.info({ subject: message.subject, sequence: message.seq }, 'Event of unknown type ignored');
  deps.metrics.count('unknown');
  message.ack();
  return undefined;
}

/**
 * Asks for the event again later, or dead-letters it. JetStream's delivery count includes
 * deliveries while a server was unavailable. So a dead letter also needs {@link enoughFaults}
 * failures in this process that were the event's own fault.
 */
export async function putOff<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E>,
  message: Delivery,
  error: unknown,
): Promise<void> {
  const { maxDeliveries = 8 } = handling;
  const { subject, seq: sequence } = message;
  const { deliveryCount: deliveries } = message.info;
  const unavailable = isUnavailable(error);
  const faults = unavailable ? 0 : deps.faults.add(sequence);
  if (deliveries >= maxDeliveries && faults >= Math.min(enoughFaults, maxDeliveries)) {
    deps.faults.forget(sequence);
    deps.metrics.count('dead');
    return deadLetter(deps, handling, { message, cause: 'failed', reason: reasonOf(error) });
  }
  deps.metrics.count('retried');
  if (unavailable) deps.outage.away(error);
  else deps.logger.warn({ err: error, subject, sequence, deliveries }, 'Event failed; it will be retried');
  // Two instances see half of the faults each, and deliveries while a server was unavailable do not
  // count.
  const step = unavailable ? deliveries : Math.min(deliveries, 2 * faults);
  message.nak(Math.min(250 * 2 ** step, unavailable ? maxUnavailableDelayMs : maxRetryDelayMs));
}
