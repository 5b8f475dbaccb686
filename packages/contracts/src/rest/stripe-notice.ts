import { z } from 'zod';

/**
 * A webhook event of Stripe. We rely only on the signature over its bytes; Stripe's SDK reads the
 * content.
 */
export const StripeNotice = z
  .looseObject({
    id: z.string().describe('Identifies the event'),
    type: z.string().describe("Stripe's name of what happened"),
  })
  .meta({
    id: 'StripeNotice',
    description: 'A webhook event of Stripe',
    examples: [{ id: 'evt_1NG8Du2eZvKYlo2CUI79vXWy', type: 'transfer.created' }],
  });

export const NoticeTaken = z
  .strictObject({ received: z.literal(true).describe('Always true') })
  .meta({ id: 'NoticeTaken', description: 'The event was accepted', examples: [{ received: true }] });
