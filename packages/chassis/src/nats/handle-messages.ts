import { type Attempts, messageKey } from './attempts.ts';
import { deadLetter } from './dead-letter.ts';
import type { Delivery } from './delivery.ts';
import { type BatchDeps, handleBatch, putOff } from './handle-batch.ts';
import type { Handling, Identified } from './handling.ts';
import { type Failure, onceThere } from './once-there.ts';

/** With this many attempts alone without an answer, an event becomes a dead letter. */
const mostUnanswered = 5;

/**
 * Settles every message. Those that were delivered before are handled under a note, since one of them
 * may have ended the process that had it, and alone if they have such a note already (ADR 0038).
 */
export async function handleMessages<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E>,
  messages: readonly Delivery[],
): Promise<void> {
  deps.metrics.delivered(messages);
  const { attempts } = handling;
  const again = messages.filter(({ redelivered }) => redelivered);
  if (!attempts || again.length === 0) return handleBatch(deps, handling, messages);

  let found: ReadonlyMap<string, number> = new Map();
  const failure = await onceThere(deps, () =>
    failureOf(async () => {
      found = await attempts.unanswered(handling.durable, again.map(messageKey));
    }),
  );
  if (failure) return putOffAll(deps, handling, messages, failure);

  const noting = { ...handling, attempts };
  const isSuspect = (message: Delivery) => found.has(messageKey(message));
  await handleNoted(
    deps,
    noting,
    messages.filter((message) => !isSuspect(message)),
    0,
  );
  // Whichever ends the process next, the others had their turn.
  const unanswered = (message: Delivery) => found.get(messageKey(message)) ?? 0;
  for (const suspect of again.filter(isSuspect).toSorted((a, b) => unanswered(a) - unanswered(b))) {
    if (deps.signal.aborted) suspect.nak();
    else await handleAlone(deps, noting, suspect, unanswered(suspect));
  }
}

type Noting<E extends Identified> = Handling<E> & { attempts: Attempts };

async function handleAlone<E extends Identified>(
  deps: BatchDeps,
  handling: Noting<E>,
  message: Delivery,
  unanswered: number,
): Promise<void> {
  if (unanswered < mostUnanswered) return handleNoted(deps, handling, [message], unanswered + 1);
  deps.metrics.count('dead');
  await deadLetter(deps, handling, { message, cause: 'crashed', reason: 'crashed its consumer' });
}

/**
 * Handles messages while those that were delivered before have a note, which remains if the process
 * ends without an orderly stop.
 */
async function handleNoted<E extends Identified>(
  deps: BatchDeps,
  handling: Noting<E>,
  messages: readonly Delivery[],
  alone: number,
): Promise<void> {
  const { durable, attempts } = handling;
  const noted = messages.filter(({ redelivered }) => redelivered).map(messageKey);
  if (noted.length === 0) return handleBatch(deps, handling, messages);
  const failure = await onceThere(deps, () => failureOf(() => attempts.note(durable, noted, alone)));
  if (failure) return putOffAll(deps, handling, messages, failure);

  const forget = async () => {
    const failed = await failureOf(() => attempts.forget(durable, noted));
    if (failed) deps.logger.warn({ err: failed.error }, 'Notes of attempts could not be removed');
  };
  deps.signal.addEventListener('abort', forget, { once: true });
  try {
    await handleBatch(deps, handling, messages);
  } finally {
    deps.signal.removeEventListener('abort', forget);
    await forget();
  }
}

async function putOffAll<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E>,
  messages: readonly Delivery[],
  { error }: Failure,
): Promise<void> {
  for (const message of messages) await putOff(deps, handling, message, error);
}

async function failureOf(work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return { error };
  }
}
