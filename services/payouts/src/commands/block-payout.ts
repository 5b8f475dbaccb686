import type { BlockBody } from '@punctual/contracts';
import { block } from '../domain/decide.ts';
import { type Answer, type CommandDeps, type CommandRequest, changePayout } from './change-payout.ts';

/** Stops a payout until a person unblocks it. */
export function blockPayout(deps: CommandDeps, request: CommandRequest<BlockBody>): Promise<Answer> {
  const { reason } = request.body;
  return changePayout(deps, request, { name: 'block', reason, decide: (situation) => block(situation, reason) });
}
