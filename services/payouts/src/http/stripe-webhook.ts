import type { Passthrough } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { applyWebhookEvent, type WebhookDeps } from '../commands/apply-webhook-event.ts';
import type { PaymentWebhook } from '../payment/payment-provider.ts';

export type StripeWebhookDeps = WebhookDeps & { webhook: PaymentWebhook | undefined };

/** Takes Stripe's events. The signature covers the bytes, so the body arrives here unparsed. */
export function stripeWebhook(deps: StripeWebhookDeps): Passthrough {
  return async (request, response) => {
    const { webhook } = deps;
    if (!webhook) throw new DomainError('validation-failed', 'Stripe webhooks are not configured here.');
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const event = webhook.read(bytes, request.get('stripe-signature'));
    await applyWebhookEvent(deps, event, webhook.matches);
    response.json({ received: true });
  };
}
