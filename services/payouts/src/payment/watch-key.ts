import { metrics } from '@opentelemetry/api';
import type { Logger } from '@punctual/chassis';
import { KeyRefused, type PaymentProvider } from './payment-provider.ts';

/** The same provider; says once that it refuses our key, and once that it takes it again, and counts each payment that waits for that. */
export function watchKey(provider: PaymentProvider, logger: Logger): PaymentProvider {
  const refused = metrics.getMeter('punctual').createCounter('punctual.payouts.key_refused', {
    description: 'Payments that wait since the payment provider refuses our API key',
  });
  let isGood = true;
  const heard = (because: string | undefined) => {
    if (because !== undefined) refused.add(1);
    if (isGood === (because === undefined)) return;
    isGood = !isGood;
    if (isGood) logger.info('the payment provider takes our API key again');
    else
      logger.error(
        { because },
        'the payment provider refuses our API key: nothing is paid, and all that is approved waits',
      );
  };
  return {
    ...provider,
    pay: async (attempt) => {
      const answer = await provider.pay(attempt);
      if (answer.kind === 'KEY_REFUSED') heard(answer.because);
      if (answer.kind === 'PAID' || answer.kind === 'REFUSED') heard(undefined);
      return answer;
    },
    find: async (attempt) => {
      try {
        const transfer = await provider.find(attempt);
        heard(undefined);
        return transfer;
      } catch (error) {
        if (error instanceof KeyRefused) heard(error.message);
        throw error;
      }
    },
  };
}
