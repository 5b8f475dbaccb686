import { DomainError } from '@punctual/chassis/domain';
import { exclusionViolation } from '@punctual/chassis/postgres';
import type { ConfirmBody } from '@punctual/contracts';
import type { AssignmentState } from '../domain/assignment.ts';
import { confirm as decideConfirm } from '../domain/confirm.ts';
import { assignmentCommand } from './assignment-command.ts';
import { refuseTakenWindow } from './refuse-taken-window.ts';

/**
 * Confirms the proposed window. That it is free, the database decides. Only after it has refused is
 * the window looked for that is in the way.
 */
export const confirm = assignmentCommand<ConfirmBody | undefined>(
  'confirm',
  async ({ situation, body, transaction }) => {
    requireSeen(body?.scheduleVersion, situation.assignment);
    const decision = decideConfirm(situation);
    if (transaction.retryOf === exclusionViolation) await refuseTakenWindow(transaction, situation, decision);
    return decision;
  },
);

function requireSeen(seen: number | undefined, { scheduleVersion }: AssignmentState): void {
  if (seen === undefined || seen === scheduleVersion) return;
  throw new DomainError('version-conflict', `The schedule is at version ${scheduleVersion}, not ${seen}.`);
}
