import { runPaymentDrill } from '../../../services/payouts/test/payment-drill.ts';
import type { UserJourney } from '../load/journey.ts';
import type { Fault } from './fault.ts';

const payouts = { quick: 100, full: 2_000 };

const idle: UserJourney = (context) => context.wait(1_000);

export const paymentFaults: readonly Fault[] = [
  {
    name: 'kill-in-payment',
    what: 'SIGKILL of payouts around a payment attempt, its call and its mark, while every fourth call to Stripe fails',
    alerts: [],
    isOnlyFull: true,
    journeys: [idle],
    inject: async ({ stack, pace }) => {
      // Starts its own servers: it needs a Stripe that fails, and the transfers of that Stripe.
      const { kills } = await runPaymentDrill(payouts[pace]);
      for (let kill = 0; kill < kills; kill += 1) stack.countKill();
    },
  },
];
