import type { DisputeBody } from '@punctual/contracts';
import { dispute as decideDispute } from '../domain/dispute.ts';
import { assignmentCommand } from './assignment-command.ts';

/** Says that something is wrong with the visit. Each side does it once. */
export const dispute = assignmentCommand<DisputeBody>('dispute', ({ situation, body }) =>
  decideDispute(situation, body),
);
