import { DomainError } from '@punctual/chassis/domain';
import Stripe from 'stripe';
import { z } from 'zod';
import type { Transfer } from './payment-provider.ts';
import { toTransfer } from './stripe.ts';

/** What Stripe tells of by itself; of most things it tells nothing that we need. */
export type Notice = { id: string } & (
  | { type: 'created' | 'reversed'; transfer: Transfer }
  | { type: 'other'; transfer?: never }
);

/** Stripe signs with the time; an older signature is somebody's copy. */
const toleranceSeconds = 300;

const Id = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'an id of Stripe');

/** An event of any kind: v1 with its object, v2 ("thin") with none, and what is still to be invented. */
const StripeEvent = z.object({
  id: Id,
  object: z
    .string()
    .regex(/(^|\.)event$/, 'an event')
    .optional(),
  type: z.string().min(1),
  data: z.unknown().optional(),
});

/** A transfer, in as far as it is read; other versions of Stripe's API may leave out the rest. */
const WithTransfer = z.object({
  object: z.object({
    id: Id,
    amount: z.int(),
    currency: z.string(),
    destination: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
    metadata: z
      .record(z.string(), z.string())
      .nullish()
      .transform((metadata) => metadata ?? {}),
    created: z.int(),
    reversed: z.boolean().default(false),
    amount_reversed: z.int().default(0),
  }),
});

/**
 * Reads a notice from the very bytes that came. An event that says nothing of a transfer is `other`, whatever is in it.
 * @throws DomainError `malformed-body`; `validation-failed` for a signature that is missing, wrong or old, and for a body that is no event
 */
export function readNotice(bytes: Buffer, signature: string | undefined, secret: string): Notice {
  requireSignature(bytes, signature, secret);
  const event = StripeEvent.safeParse(parseJson(bytes));
  if (!event.success) {
    const errors = event.error.issues.map(({ path, message }) => ({ path: ['', ...path].join('/'), message }));
    throw new DomainError('validation-failed', 'The body is not an event of Stripe.', { errors });
  }
  const { id, type, data } = event.data;
  if (type !== 'transfer.created' && type !== 'transfer.reversed') return { id, type: 'other' };
  const about = WithTransfer.safeParse(data);
  if (!about.success) return { id, type: 'other' };
  return { id, type: type === 'transfer.created' ? 'created' : 'reversed', transfer: toTransfer(about.data.object) };
}

/** By the SDK's own check, without its reading of the event: that refuses v2 events, and takes anything else for one. */
function requireSignature(bytes: Buffer, signature: string | undefined, secret: string): void {
  try {
    if (Stripe.webhooks.signature?.verifyHeader(bytes, signature ?? '', secret, toleranceSeconds)) return;
  } catch {
    // Not only the SDK's own error: a signature that is empty or not ASCII makes it throw others.
  }
  throw new DomainError('validation-failed', 'The signature is not one that Stripe has just made.', {
    errors: [{ path: '/headers/stripe-signature', message: 'does not fit the body, or is too old' }],
  });
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new DomainError('malformed-body', 'The body is not valid JSON.');
  }
}
