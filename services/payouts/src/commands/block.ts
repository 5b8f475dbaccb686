import type { BlockBody } from '@punctual/contracts';
import { block as decideBlock } from '../domain/decide.ts';
import { payoutCommand } from './payout-command.ts';

/** Stops a payout until a person lifts this hold. */
export const block = payoutCommand<BlockBody>('block', ({ situation, actor, body: { reason }, newId }) => ({
  after: decideBlock(situation, { id: newId(), reason, by: actor.id }),
  reason,
}));
