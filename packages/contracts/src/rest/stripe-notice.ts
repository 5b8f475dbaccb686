import { z } from 'zod';

/** What Stripe sends: an event of its own. All that we rely on is the signature over the bytes; what is inside is read by Stripe's SDK. */
export const StripeNotice = z
  .looseObject({ id: z.string(), type: z.string() })
  .meta({ id: 'StripeNotice', examples: [{ id: 'evt_1NG8Du2eZvKYlo2CUI79vXWy', type: 'transfer.created' }] });

export const NoticeTaken = z
  .strictObject({ received: z.literal(true) })
  .meta({ id: 'NoticeTaken', examples: [{ received: true }] });
