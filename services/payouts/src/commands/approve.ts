import { approve as decideApprove } from '../domain/decide.ts';
import { payoutCommand } from './payout-command.ts';

/** Adds one person's approval, counted once. */
export const approve = payoutCommand<unknown>('approve', ({ situation, actor }) => ({
  after: decideApprove(situation, actor.id),
  reason: null,
}));
