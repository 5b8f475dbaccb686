import { type Arrival, applyScheduleEvents as decide } from '../domain/assignment.ts';
import { mayRepeat } from '../domain/plan.ts';
import { findAssignments, type Step, saveSteps } from '../persistence/assignments.ts';
import { findSent } from '../persistence/ledger.ts';
import { carryOut } from './carry-out.ts';
import type { CommandDeps } from './deps.ts';

/**
 * Moves the records of these events' assignments forward, each in one write that plans the reminders of the newest version and
 * suppresses those of older ones; then carries that out. A duplicate, and an event that comes after a newer one, change nothing.
 */
export async function applyScheduleEvents(deps: CommandDeps, arrivals: readonly Arrival[]): Promise<void> {
  const byAssignment = Map.groupBy(arrivals, ({ event }) => event.data.assignmentId);
  const moved = await moveAll(deps, byAssignment);
  try {
    await carryOut(deps, moved);
  } catch (error) {
    // It is decided and kept. To ask for the events again would decide nothing more, and hold up the next ones.
    const assignments = moved.map(({ assignmentId }) => assignmentId);
    deps.logger.warn({ err: error, assignments }, 'reminders are planned; the sweep will carry out the rest');
  }
}

/** @returns the records as they are then, also those that this call had nothing to do with: a crash may have left something to carry out */
async function moveAll({ store, rules, now }: CommandDeps, byAssignment: Map<string, Arrival[]>) {
  const ids = [...byAssignment.keys()];
  for (;;) {
    const found = new Map((await findAssignments(store, ids)).map((record) => [record.assignmentId, record]));
    const at = now();
    const repeating = [...found.values()].filter(({ assignmentId, version }) =>
      byAssignment
        .get(assignmentId)
        ?.some(({ event }) => event.data.scheduleVersion > version && mayRepeat(event, rules, at)),
    );
    // After the records: what one of them no longer holds as decided is marked as sent.
    const sent = await findSent(store, repeating);
    const steps = ids.flatMap((id): Step[] => {
      const from = found.get(id);
      const to = decide(from, byAssignment.get(id) ?? [], rules, at, sent.get(id));
      return to === undefined ? [] : [{ from, to }];
    });
    for (const { to } of steps) found.set(to.assignmentId, to);
    if (steps.length === 0 || (await saveSteps(store, steps))) return [...found.values()];
    // Another worker moved one of them in between: what was decided of it is of no use any more.
  }
}
