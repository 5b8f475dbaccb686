import type { UnblockBody } from '@punctual/contracts';
import { unblock as decideUnblock } from '../domain/decide.ts';
import { payoutCommand } from './payout-command.ts';

/**
 * Lifts the named holds, or all. With none left, the payout continues where its assignment is by
 * now.
 */
export const unblock = payoutCommand<UnblockBody>('unblock', ({ situation, actor, body: { holds, reason } }) => ({
  after: decideUnblock(situation, { ids: holds, by: actor.id }),
  reason,
}));
