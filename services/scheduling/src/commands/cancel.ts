import type { CancelBody } from '@punctual/contracts';
import { cancel as decideCancel } from '../domain/cancel.ts';
import { assignmentCommand } from './assignment-command.ts';

/** Calls the work off, and the job with it. */
export const cancel = assignmentCommand<CancelBody>('cancel', ({ situation, body }) => decideCancel(situation, body));
