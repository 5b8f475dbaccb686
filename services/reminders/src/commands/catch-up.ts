import { isUnavailable, readRange, reasonOf, type StoredMessage } from '@punctual/chassis';
import { type PersonErased, readPersonEvent, readScheduleEvent, type ScheduleEvent } from '@punctual/contracts';
import { findAssignments } from '../persistence/assignments.ts';
import { clearTarget, type Position, raisePosition } from '../persistence/positions.ts';
import { applyScheduleEvents } from './apply-schedule-events.ts';
import type { RemindersDeps } from './deps.ts';
import { eraseTitles } from './erase-titles.ts';
import { HistoryInDoubt } from './history.ts';

/** How far back the newest event that tells is looked for. */
const lookBack = 1_000;

/**
 * Applies the events of SCHEDULE after this position again, up to `target`: our consumers may have
 * acknowledged them, and a restored store has lost their effects. May be repeated, and by several
 * instances at once.
 * @returns how many messages it read
 */
export async function catchUp(deps: RemindersDeps, after: Position, target: number): Promise<number> {
  const nats = await deps.broker.connected();
  let count = 0;
  for await (const page of readRange(nats, 'SCHEDULE', { from: after.sequence + 1, to: target })) {
    deps.signal.throwIfAborted();
    await applyPage(deps, page);
    count += page.length;
    const sequence = page.at(-1)?.seq ?? target;
    await raisePosition(deps.store, 'SCHEDULE', { source: after.source, sequence });
  }
  await raisePosition(deps.store, 'SCHEDULE', { source: after.source, sequence: target });
  await clearTarget(deps.store, target);
  return count;
}

/**
 * Whether the store lacks the newest schedule event between these sequences, all of which our
 * consumer has acknowledged. Older ones may be missing: they became dead letters.
 */
export async function lacksSchedule(deps: RemindersDeps, { from, to }: { from: number; to: number }): Promise<boolean> {
  const nats = await deps.broker.connected();
  let newest: ScheduleEvent | undefined;
  for await (const page of readRange(nats, 'SCHEDULE', { from: Math.max(from, to - lookBack), to })) {
    newest = page.flatMap((message) => scheduleEventIn(message) ?? []).findLast(isVersioned) ?? newest;
  }
  if (newest === undefined) return false;
  const [record] = await findAssignments(deps.store, [newest.data.assignmentId]);
  return (record?.version ?? 0) < newest.data.scheduleVersion;
}

/** A new assignment has no reminders, and so no record. */
function isVersioned({ type }: ScheduleEvent): boolean {
  return type !== 'schedule.assigned';
}

async function applyPage(deps: RemindersDeps, page: readonly StoredMessage[]): Promise<void> {
  const erased = page.flatMap((message) => erasureIn(message) ?? []);
  if (erased.length > 0) await eraseTitles(deps, erased);
  const arrivals = page.flatMap((message) => {
    const event = scheduleEventIn(message);
    return event ? [{ event, traceparent: event.traceparent ?? null }] : [];
  });
  if (arrivals.length === 0) return;
  try {
    await applyScheduleEvents(deps, arrivals);
  } catch (error) {
    if (endsCatchUp(error) || deps.signal.aborted) throw error;
    for (const arrival of arrivals) await applyAlone(deps, arrival);
  }
}

/**
 * Whether it says nothing of the events. They are to be applied later: the position must not pass
 * them, since an assignment whose record lacks a version never sends the reminders of it.
 */
function endsCatchUp(error: unknown): boolean {
  return error instanceof HistoryInDoubt || isUnavailable(error);
}

/** An event that cannot be applied was a dead letter the first time, and still is one. */
async function applyAlone(deps: RemindersDeps, arrival: Parameters<typeof applyScheduleEvents>[1][number]) {
  try {
    await applyScheduleEvents(deps, [arrival]);
  } catch (error) {
    if (endsCatchUp(error)) throw error;
    deps.logger.warn({ subject: arrival.event.subject, reason: reasonOf(error) }, 'Event could not be applied again');
  }
}

function scheduleEventIn(message: StoredMessage): ScheduleEvent | undefined {
  return readOr(() => readScheduleEvent(message.json()));
}

function erasureIn(message: StoredMessage): PersonErased | undefined {
  return readOr(() => readPersonEvent(message.json()));
}

/** Undefined for a message that cannot be read: it is a dead letter. */
function readOr<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
