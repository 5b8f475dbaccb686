import { type HeldStream, holdStream } from '@punctual/chassis';
import { type Consumed, howFarConsumed } from '../messaging/how-far-consumed.ts';
import { advancePosition, findPosition, hasGoneBack, type Position, raisePosition } from '../persistence/positions.ts';
import { lacksPublished } from './adopt-published.ts';
import { lacksSchedule } from './catch-up.ts';
import type { RemindersDeps } from './deps.ts';
import { finishRestore, followRestored } from './follow-restored.ts';
import type { History } from './history.ts';
import { hasLost, refillStream } from './refill-stream.ts';

/** How many of the latest events tell whether the store knows them all. */
const sample = 1_000;

/**
 * Compares the store with the streams, and makes up for what either of them has forgotten:
 *
 * - REMINDER is shorter than it was, or another stream: its events are published again. Then all is compared
 *   once more.
 * - The store is older than REMINDER or than our consumer of SCHEDULE, because it was restored: it
 *   takes over what REMINDER has, then applies SCHEDULE again from its own position.
 *
 * Each instance does so by itself. Every write may be repeated, and by several at once.
 * @param thorough looks closer even if both seem as long as they were: after a start, and in doubt
 * @param isTailSuspect compares the end of REMINDER with the kept events, at least
 * @throws when the store or NATS is unavailable; call it again then
 */
export async function checkHistory(deps: RemindersDeps, thorough: boolean, isTailSuspect = thorough): Promise<void> {
  const { history } = deps;
  const generation = history.generation();
  // Before the store is asked: it rises meanwhile.
  const known = { ...history.known };
  // Before the streams: these never fall behind the store, unless they lost something.
  const [atReminder, atSchedule] = await readPositions(deps);
  const nats = await deps.broker.connected();
  const [stream, consumed] = await Promise.all([holdStream(nats, 'REMINDER'), howFarConsumed(nats)]);

  if (stream && atReminder && (await hasLost(deps, stream, { at: atReminder, isTailSuspect }))) {
    history.doubtStream();
    await refillStream(deps, stream, atReminder);
    return checkHistory(deps, true, false);
  }
  const after = stream && (atReminder ?? { source: String(stream.createdAt), sequence: 0 });
  const isSame = consumed !== undefined && atSchedule?.source === consumed.source;
  const schedule = consumed && { source: consumed.source, sequence: isSame ? atSchedule.sequence : 0 };
  const isOlder =
    hasGoneBack(known.REMINDER, atReminder) ||
    hasGoneBack(known.SCHEDULE, atSchedule) ||
    (stream && after && (await isOlderThanReminder(deps, stream, after))) ||
    (consumed && schedule && (thorough || !isSame) && (await isOlderThanSchedule(deps, consumed, schedule)));
  if (isOlder) return followRestored(deps, { stream, after, schedule, target: consumed?.delivered ?? 0 }, generation);

  if (stream && after)
    await follow(deps, 'REMINDER', { at: after, isStored: atReminder !== undefined }, stream.lastSequence);
  if (atSchedule?.target !== undefined)
    return waitForOther(deps, { ...atSchedule, target: atSchedule.target }, generation);
  if (consumed && schedule) await follow(deps, 'SCHEDULE', { at: schedule, isStored: isSame }, consumed.settled);
  history.agree(generation, true);
}

/** Takes the store for as new as REMINDER, where the streams cannot be read. */
export async function trustStore(deps: RemindersDeps): Promise<void> {
  const { store, history } = deps;
  const generation = history.generation();
  const stream = await holdStream(await deps.broker.connected(), 'REMINDER');
  const source = String(stream?.createdAt);
  // A refill may have begun, and cannot go on.
  const stored = await findPosition(store, 'REMINDER');
  if (stream && (history.known.REMINDER?.source !== source || stored?.source !== source)) {
    const now = { source, sequence: stream.lastSequence };
    await raisePosition(store, 'REMINDER', now);
    history.known.REMINDER = now;
  }
  history.agree(generation, true);
}

function readPositions({ store, history }: RemindersDeps) {
  return Promise.all([findPosition(store, 'REMINDER'), findPosition(store, 'SCHEDULE')]).catch((error: unknown) => {
    history.doubt();
    throw error;
  });
}

async function isOlderThanReminder(deps: RemindersDeps, { lastSequence: to }: HeldStream, after: Position) {
  if (to <= after.sequence) return false;
  return lacksPublished(deps, { from: Math.max(after.sequence + 1, to - sample + 1), to });
}

async function isOlderThanSchedule(deps: RemindersDeps, { acknowledged: to }: Consumed, after: Position) {
  if (to <= after.sequence) return false;
  return lacksSchedule(deps, { from: Math.max(after.sequence + 1, to - sample + 1), to });
}

/** Moves a position to where the store is known to be. */
async function follow(
  { store, history }: RemindersDeps,
  name: keyof History['known'],
  { at, isStored }: { at: Position; isStored: boolean },
  to: number,
): Promise<void> {
  const sequence = Math.max(at.sequence, to);
  const now = { source: at.source, sequence };
  if (!isStored) await raisePosition(store, name, now);
  else if (sequence > at.sequence && !(await advancePosition(store, name, at, sequence))) return history.doubt();
  history.known[name] = now;
}

/** Another instance follows the restored store. If it does not get on, it has died. */
async function waitForOther(
  deps: RemindersDeps,
  { source, sequence, target }: Position & { target: number },
  generation: number,
): Promise<void> {
  const { history } = deps;
  const isMoving = history.known.SCHEDULE?.sequence !== sequence;
  history.known.SCHEDULE = { source, sequence };
  history.agree(generation, false);
  if (!isMoving && history.agrees()) await finishRestore(deps, { source, sequence }, target);
}
