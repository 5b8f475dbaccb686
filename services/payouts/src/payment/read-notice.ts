import { DomainError } from '@punctual/chassis/domain';
import Stripe from 'stripe';
import type { Transfer } from './payment-provider.ts';
import { toTransfer } from './stripe.ts';

/** What Stripe tells of by itself; of most things it tells nothing that we need. */
export type Notice = { id: string } & (
  | { type: 'created' | 'reversed'; transfer: Transfer }
  | { type: 'other'; transfer?: never }
);

/** Stripe signs with the time; an older signature is somebody's copy. */
const toleranceSeconds = 300;

/**
 * Reads a notice from the very bytes that came.
 * @throws DomainError `malformed-body`, and `validation-failed` for a signature that is missing, wrong or old
 */
export function readNotice(bytes: Buffer, signature: string | undefined, secret: string): Notice {
  try {
    const event = Stripe.webhooks.constructEvent(bytes, signature ?? '', secret, toleranceSeconds);
    const { id } = event;
    if (event.type === 'transfer.created') return { id, type: 'created', transfer: toTransfer(event.data.object) };
    if (event.type === 'transfer.reversed') return { id, type: 'reversed', transfer: toTransfer(event.data.object) };
    return { id, type: 'other' };
  } catch (error) {
    if (error instanceof SyntaxError) throw new DomainError('malformed-body', 'The body is not valid JSON.');
    if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) throw error;
    throw new DomainError('validation-failed', 'The signature is not one that Stripe has just made.', {
      errors: [{ path: '/headers/stripe-signature', message: 'does not fit the body, or is too old' }],
    });
  }
}
