import type { ReminderKind, SuppressedBecause } from '@punctual/contracts';
import { type DecisionContext, entryOf, type OutboxEntry } from './outbox-entry.ts';

/** The part of a move that the stream may know already. */
type Planned = {
  version: number;
  open: ReminderKind[];
  overdue: ReminderKind[];
  entries: OutboxEntry[];
  ahead?: string[];
};

/**
 * Leaves out of a move what the stream already has of its version, and opens only what it has not
 * ended. Reminders of versions in between, which the stream has and no move will plan, are
 * suppressed.
 */
export function alignWithStream<M extends Planned>(
  move: M,
  ahead: readonly string[],
  { because, ...occasion }: DecisionContext & { because: SuppressedBecause },
): M {
  const known = reminders(ahead);
  const ofMove = known.filter(({ version }) => version === move.version);
  const kinds = new Set(ofMove.map(({ kind }) => kind));
  const skipped = known.filter(({ version, isOpen }) => version < move.version && isOpen);
  return {
    ...move,
    open: [
      ...move.open.filter((kind) => !kinds.has(kind)),
      ...ofMove.filter(({ isOpen }) => isOpen).map(({ kind }) => kind),
    ],
    overdue: ofMove.filter(({ isOpen, isOverdue }) => isOpen && isOverdue).map(({ kind }) => kind),
    entries: [
      ...skipped.map(({ version, kind }) => ({
        ...entryOf('reminder.suppressed', version, kind, occasion),
        because,
        planned: null,
      })),
      ...move.entries.filter((entry) => entry.scheduleVersion !== move.version || !kinds.has(entry.kind)),
    ],
    ahead: ahead.filter((key) => read(key).version > move.version),
  };
}

type Known = { version: number; kind: ReminderKind; isOpen: boolean; isOverdue: boolean };

/** The reminders that these keys are about. */
function reminders(keys: readonly string[]): Known[] {
  const byReminder = Map.groupBy(keys.map(read), ({ version, kind }) => `${version}:${kind}`);
  return [...byReminder.values()].flatMap((all): Known[] => {
    const [first] = all;
    if (first === undefined) return [];
    const types = new Set(all.map(({ type }) => type));
    const isOpen = !types.has('reminder.due') && !types.has('reminder.suppressed');
    return [{ version: first.version, kind: first.kind, isOpen, isOverdue: types.has('reminder.overdue') }];
  });
}

function read(key: string) {
  const [version, kind, type] = key.split(':');
  return { version: Number(version), kind: kind as ReminderKind, type };
}
