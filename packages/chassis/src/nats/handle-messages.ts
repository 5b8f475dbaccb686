import type { JsMsg } from '@nats-io/jetstream';
import { type Attempts, messageKey } from './attempts.ts';
import { deadLetter } from './dead-letter.ts';
import { type BatchDeps, handleBatch, putOff } from './handle-batch.ts';
import type { Handling, Identified } from './handling.ts';
import { type Failure, onceThere } from './once-there.ts';

/** With this many attempts without an answer, an event becomes a dead letter. */
const mostUnanswered = 5;

/**
 * Settles every message: new ones together, and alone those that were delivered before, since one of
 * them may have ended the process that had it (ADR 0038). Messages that may have done so come last.
 */
export async function handleMessages<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E>,
  messages: readonly JsMsg[],
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
  if (failure) {
    for (const message of messages) await putOff(deps, handling, message, failure.error);
    return;
  }
  const unanswered = (message: JsMsg) => found.get(messageKey(message)) ?? 0;
  for (const part of partsOf(messages.toSorted((a, b) => unanswered(a) - unanswered(b)))) {
    const [first] = part;
    if (deps.signal.aborted) for (const message of part) message.nak();
    else if (first?.redelivered) await handleAlone(deps, { ...handling, attempts }, first, unanswered(first));
    else await handleBatch(deps, handling, part);
  }
}

/** Each redelivered message alone, the others together, in this order. */
function partsOf(messages: readonly JsMsg[]): JsMsg[][] {
  const parts: JsMsg[][] = [];
  for (const message of messages) {
    const latest = parts.at(-1);
    if (message.redelivered || !latest || latest[0]?.redelivered) parts.push([message]);
    else latest.push(message);
  }
  return parts;
}

/** Handles a message under a note, which remains if the process ends without an orderly stop. */
async function handleAlone<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E> & { attempts: Attempts },
  message: JsMsg,
  unanswered: number,
): Promise<void> {
  const { durable, attempts } = handling;
  if (unanswered >= mostUnanswered) {
    deps.metrics.count('dead');
    return deadLetter(deps, { durable, message, cause: 'crashed', reason: 'crashed its consumer' });
  }
  const key = messageKey(message);
  const failure = await onceThere(deps, () => failureOf(() => attempts.note(durable, key, unanswered + 1)));
  if (failure) return putOff(deps, handling, message, failure.error);

  const forget = async () => {
    const { error } = (await failureOf(() => attempts.forget(durable, key))) ?? {};
    if (error) deps.logger.warn({ err: error, sequence: message.seq }, 'Note of an attempt could not be removed');
  };
  deps.signal.addEventListener('abort', forget, { once: true });
  try {
    await handleBatch(deps, handling, [message]);
  } finally {
    deps.signal.removeEventListener('abort', forget);
    await forget();
  }
}

async function failureOf(work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return { error };
  }
}
