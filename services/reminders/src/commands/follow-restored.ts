import type { HeldStream } from '@punctual/chassis';
import { msBetween } from '../domain/instants.ts';
import { type Position, setTarget } from '../persistence/positions.ts';
import { adoptPublished } from './adopt-published.ts';
import { catchUp } from './catch-up.ts';
import type { RemindersDeps } from './deps.ts';
import { HistoryInDoubt } from './history.ts';

/** Where a restored store is, and how far the streams were read before. */
export type Restored = {
  stream: HeldStream | undefined;
  /** Its position in REMINDER. */
  after: Position | undefined;
  /** Its position in SCHEDULE. */
  schedule: Position | undefined;
  /** The last event of SCHEDULE that our consumers may have acknowledged. */
  target: number;
};

/**
 * Brings a restored store up to the streams. Until it is done, no instance sends a reminder. First
 * REMINDER: what was sent or suppressed is not decided again. Then SCHEDULE, from which the plans
 * come.
 * @param generation of the history when the positions were read
 */
export async function followRestored(
  deps: RemindersDeps,
  { stream, after, schedule, target }: Restored,
  generation: number,
): Promise<void> {
  const { store, history, logger } = deps;
  history.beginRestore();
  logger.warn(
    { stream: 'SCHEDULE', sequence: schedule?.sequence },
    'The store was restored to an earlier point; reading its streams again from there',
  );
  if (schedule) await setTarget(store, schedule, target);
  const events = stream && after ? await adoptPublished(deps, after, stream.lastSequence) : 0;
  if (stream && after) history.known.REMINDER = { source: after.source, sequence: stream.lastSequence };
  logger.info({ stream: 'REMINDER', events }, 'The restored store knows what was published');
  if (!schedule) return history.agree(generation, true);
  history.agree(generation, false);
  if (!history.agrees()) throw new HistoryInDoubt();
  await finishRestore(deps, schedule, target);
}

/** Applies SCHEDULE again up to `target`. From then on reminders are sent. */
export async function finishRestore(deps: RemindersDeps, schedule: Position, target: number): Promise<void> {
  const { history, logger } = deps;
  const generation = history.generation();
  const began = deps.now();
  const unlessDoubted = async () => {
    if (history.generation() !== generation) throw new HistoryInDoubt();
  };
  const events = await catchUp({ ...deps, history: { ...history, agreed: unlessDoubted } }, schedule, target);
  history.known.SCHEDULE = { source: schedule.source, sequence: target };
  history.agree(generation, true);
  const durationMs = msBetween(began, deps.now());
  logger.info({ stream: 'SCHEDULE', events, durationMs }, 'The restored store has caught up');
}
