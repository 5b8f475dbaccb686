import { randomUUIDv7 } from 'node:crypto';
import type { BlockBody } from '@punctual/contracts';
import { block } from '../domain/decide.ts';
import { type Answer, type CommandDeps, type CommandRequest, changePayout } from './change-payout.ts';

/** Stops a payout until a person lifts this hold. */
export function blockPayout(deps: CommandDeps, request: CommandRequest<BlockBody>): Promise<Answer> {
  const { caller, body } = request;
  const hold = { id: randomUUIDv7(), reason: body.reason, by: caller.id };
  return changePayout(deps, request, {
    name: 'block',
    reason: body.reason,
    decide: (situation) => block(situation, hold),
  });
}
