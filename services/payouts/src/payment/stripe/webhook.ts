import { DomainError } from '@punctual/chassis/domain';
import Stripe from 'stripe';
import { z } from 'zod';
import type { PaymentWebhook, WebhookEvent } from '../payment-provider.ts';
import { matches, toTransfer } from './transfers.ts';

/** Stripe signs the time as well. An older signature is a replayed request. */
const toleranceSeconds = 300;

const Id = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be a Stripe ID');

/** Any kind of event: v1 carries its object, v2 ("thin") does not. */
const StripeEvent = z.object({
  id: Id,
  object: z
    .string()
    .regex(/(^|\.)event$/, 'must be an event')
    .optional(),
  type: z.string().min(1),
  data: z.unknown().optional(),
});

/** The last second that a time can have. */
const latestSecond = 8_640_000_000_000;

/** Only the fields that are read: other versions of Stripe's API may omit the rest. */
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
    created: z.int().min(-latestSecond).max(latestSecond),
    reversed: z.boolean().default(false),
    amount_reversed: z.int().default(0),
  }),
});

/** Reads the events that Stripe signs with this secret. */
export function createStripeWebhook(secret: string): PaymentWebhook {
  return { read: (bytes, signature) => readEvent(bytes, signature, secret), matches };
}

/** An event that is not about a transfer is `other`, whatever it contains. */
function readEvent(bytes: Buffer, signature: string | undefined, secret: string): WebhookEvent {
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
  return { id, type: type === 'transfer.created' ? 'paid' : 'reversed', transfer: toTransfer(about.data.object) };
}

/**
 * Uses the SDK's check of the signature but not its parser, which refuses v2 events and accepts any
 * other JSON.
 */
function requireSignature(bytes: Buffer, signature: string | undefined, secret: string): void {
  try {
    if (Stripe.webhooks.signature?.verifyHeader(bytes, signature ?? '', secret, toleranceSeconds)) return;
  } catch {
    // An empty or non-ASCII signature makes the SDK throw errors other than its own.
  }
  throw new DomainError('validation-failed', 'The Stripe signature is invalid or too old.', {
    errors: [{ path: '/headers/stripe-signature', message: 'does not match the body, or is too old' }],
  });
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new DomainError('malformed-body', 'The body is not valid JSON.');
  }
}
