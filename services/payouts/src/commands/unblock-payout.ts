import type { UnblockBody } from '@punctual/contracts';
import { unblock } from '../domain/decide.ts';
import { type Answer, type CommandDeps, type CommandRequest, changePayout } from './change-payout.ts';

/** Lifts the named holds, or all; without any a payout goes on from where its assignment has come meanwhile. */
export function unblockPayout(deps: CommandDeps, request: CommandRequest<UnblockBody>): Promise<Answer> {
  const { caller, body } = request;
  return changePayout(deps, request, {
    name: 'unblock',
    reason: body.reason,
    decide: (situation) => unblock(situation, { ids: body.holds, by: caller.id }),
  });
}
