import type { UnblockBody } from '@punctual/contracts';
import { unblock } from '../domain/decide.ts';
import { type Answer, type CommandDeps, type CommandRequest, changePayout } from './change-payout.ts';

/** Lets a payout go on from where its assignment has come meanwhile. */
export function unblockPayout(deps: CommandDeps, request: CommandRequest<UnblockBody>): Promise<Answer> {
  return changePayout(deps, request, { name: 'unblock', reason: request.body.reason, decide: unblock });
}
