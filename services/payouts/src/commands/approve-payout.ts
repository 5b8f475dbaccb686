import { approve } from '../domain/decide.ts';
import { type Answer, type CommandDeps, type CommandRequest, changePayout } from './change-payout.ts';

/** One person's approval, counted once. */
export function approvePayout(deps: CommandDeps, request: CommandRequest): Promise<Answer> {
  return changePayout(deps, request, {
    name: 'approve',
    reason: null,
    decide: (situation) => approve(situation, request.caller.id),
  });
}
