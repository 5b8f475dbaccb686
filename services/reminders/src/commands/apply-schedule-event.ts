import type { ScheduleEvent } from '@punctual/contracts';
import { applyScheduleEvent as decide } from '../domain/assignment.ts';
import { findAssignment, saveMove } from '../persistence/assignments.ts';
import { carryOut } from './carry-out.ts';
import type { CommandDeps } from './deps.ts';

/**
 * Moves the assignment's record forward to the event, in one write that plans the reminders of its version and suppresses
 * those of older ones; then carries that out. A duplicate, and an event that comes after a newer one, change nothing.
 * @param traceparent of the event's handling; what follows from the event stays in its trace
 */
export async function applyScheduleEvent(
  deps: CommandDeps,
  event: ScheduleEvent,
  traceparent: string | null,
): Promise<void> {
  const { assignmentId } = event.data;
  while (!(await tryToMove(deps, event, traceparent))) {
    // Another worker moved the record in between: what was decided is of no use any more.
  }
  const record = await findAssignment(deps.store, assignmentId);
  try {
    await carryOut(deps, record === undefined ? [] : [record]);
  } catch (error) {
    // It is decided and kept. To ask for the event again would decide nothing more, and hold up the next one.
    deps.logger.warn({ err: error, assignmentId }, 'reminders are planned; the sweep will carry out the rest');
  }
}

async function tryToMove(deps: CommandDeps, event: ScheduleEvent, traceparent: string | null): Promise<boolean> {
  const { assignmentId } = event.data;
  const from = await findAssignment(deps.store, assignmentId);
  const move = decide(from, event, deps.rules, { now: deps.now(), traceparent });
  return move === undefined || saveMove(deps.store, { assignmentId, from, move });
}
