import { complete as decideComplete } from '../domain/complete.ts';
import { assignmentCommand } from './assignment-command.ts';

/** Says that the work is done, and the job with it. */
export const complete = assignmentCommand<unknown>('complete', ({ situation }) => decideComplete(situation));
