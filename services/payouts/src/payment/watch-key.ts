import { counter, type Logger } from '@punctual/chassis';
import { KeyRefused, type PaymentProvider } from './payment-provider.ts';

/**
 * Wraps a provider: logs once when it refuses our API key and once when it accepts it again, and
 * counts the payments that wait meanwhile.
 */
export function watchKey(provider: PaymentProvider, logger: Logger): PaymentProvider {
  const refused = counter('punctual.payouts.key_refused');
  // From 0, so that the first refusal is an increase.
  refused.add(0);
  let isGood = true;
  const heard = (because: string | undefined) => {
    if (because !== undefined) refused.add(1);
    if (isGood === (because === undefined)) return;
    isGood = !isGood;
    if (isGood) logger.info('The payment provider accepts our API key again');
    else logger.error({ because }, 'The payment provider refuses our API key: approved payouts wait');
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
