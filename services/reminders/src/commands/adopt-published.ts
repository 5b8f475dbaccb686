import { readRange, type StoredMessage } from '@punctual/chassis';
import { type CloudEvent, type ReminderEvent, readReminderEvent } from '@punctual/contracts';
import { adopt, adoptedRows } from '../domain/adopt.ts';
import { findAssignments, type RecordStep, replaceRecords } from '../persistence/assignments.ts';
import { adoptRows } from '../persistence/ledger.ts';
import { addPosition, advancePosition, createdAtOf, type Position } from '../persistence/positions.ts';
import { keepPublished } from '../persistence/published.ts';
import type { RemindersDeps } from './deps.ts';

/**
 * Before its position a store may still hold decisions in outboxes that were just published: far more
 * than all instances have in flight.
 */
const inFlight = 2_000;

/** An event that REMINDER has: as it was published, as we read it, and where. */
type Published = { event: CloudEvent; reminder: ReminderEvent; streamSequence: number };

/**
 * Brings a restored store up to REMINDER: what the stream has after this position was decided by a
 * later state of the store, and must not be decided, sent or numbered again. May be repeated.
 * @returns how many events it read
 */
export async function adoptPublished(deps: RemindersDeps, after: Position, to: number): Promise<number> {
  let adopted = 0;
  for await (const page of readPublished(deps, { from: after.sequence + 1 - inFlight, to })) {
    await adoptPage(deps, page);
    const isNew = ({ streamSequence }: Published) => streamSequence > after.sequence;
    await keepPublished(deps.store, page.filter(isNew), {
      stream: createdAtOf(after),
      at: deps.now(),
      isThere: async () => true,
    });
    adopted += page.length;
  }
  const { source } = after;
  const isSame =
    (await advancePosition(deps.store, 'REMINDER', { source, sequence: 0 }, to)) ||
    (await addPosition(deps.store, 'REMINDER', { source, sequence: to }));
  if (!isSame) throw new Error('REMINDER has changed since it was looked at.');
  return adopted;
}

/**
 * Whether the store lacks a decision that the stream has between these sequences: its record then
 * has a lower number than the event.
 */
export async function lacksPublished(deps: RemindersDeps, range: { from: number; to: number }): Promise<boolean> {
  for await (const page of readPublished(deps, range)) {
    const records = await findAssignments(deps.store, assignmentsOf(page));
    const sequences = new Map(records.map(({ assignmentId, sequence }) => [assignmentId, sequence]));
    const lacks = ({ reminder: { data } }: Published) =>
      (sequences.get(data.assignmentId) ?? 0) < data.reminderSequence;
    if (page.some(lacks)) return true;
  }
  return false;
}

async function adoptPage(deps: RemindersDeps, page: readonly Published[]): Promise<void> {
  const events = page.map(({ reminder }) => reminder);
  await adoptRows(deps.store, adoptedRows(events, deps.rules));
  const byAssignment = Map.groupBy(events, ({ data }) => data.assignmentId);
  for (;;) {
    const found = await findAssignments(deps.store, [...byAssignment.keys()]);
    const records = new Map(found.map((record) => [record.assignmentId, record]));
    const steps = [...byAssignment].flatMap(([id, [first, ...others]]): RecordStep[] => {
      const from = records.get(id);
      return first === undefined ? [] : [{ from, to: adopt(from, [first, ...others]) }];
    });
    if (await replaceRecords(deps.store, steps)) return;
    // Another instance has moved one of them, so decide again.
  }
}

async function* readPublished(
  { broker }: RemindersDeps,
  range: { from: number; to: number },
): AsyncGenerator<Published[]> {
  const nats = await broker.connected();
  for await (const page of readRange(nats, 'REMINDER', range)) {
    const published = page.flatMap((message) => read(message) ?? []);
    if (published.length > 0) yield published;
  }
}

/** Undefined for a message that is no event of ours. */
function read(message: StoredMessage): Published | undefined {
  try {
    const event = message.json<CloudEvent>();
    const reminder = readReminderEvent(event);
    return reminder && { event, reminder, streamSequence: message.seq };
  } catch {
    return undefined;
  }
}

function assignmentsOf(page: readonly Published[]): string[] {
  return [...new Set(page.map(({ reminder }) => reminder.data.assignmentId))];
}
