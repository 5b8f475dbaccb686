import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import type { Payout } from '@punctual/contracts';
import { createTestLifecycle } from '@punctual/testkit';
import { type Logger, pino } from 'pino';
import { payPayout } from '../src/commands/pay/pay-payout.ts';
import type { Attempt } from '../src/domain/attempt.ts';
import type { PaymentProvider, Transfer } from '../src/payment/payment-provider.ts';
import { matches } from '../src/payment/stripe/transfers.ts';
import { claimPayments, type PaymentClaim } from '../src/persistence/payment-claims.ts';
import { schema } from '../src/persistence/schema.ts';
import { history, newParties } from './schedule-events.ts';
import { startPayouts } from './world.ts';

export type PaymentWorker = Awaited<ReturnType<typeof createPaymentWorker>>;

/** The service, which pays by hand, and a payment worker beside it that the test drives. */
export async function createPaymentWorker(account: string) {
  const world = await startPayouts();
  const lifecycle = createTestLifecycle();
  const url = parsePostgresUrl(world.environment.databaseUrl);
  const database = await openDatabase({ url, poolSize: 4, ...schema, lifecycle });
  const clerk = randomUUID();
  const deps = {
    ...{ database, relay: { wake: () => {} }, logger: pino({ level: 'silent' }) as Logger },
    ...{ now: () => Temporal.Now.instant().round('millisecond'), newId: () => randomUUIDv7() },
  };

  /** Runs a finance command as {@link clerk}. */
  const give = ({ id }: Payout, command: string, body: object = {}) =>
    world.call('finance', clerk, `POST /payouts/${id}/${command}`, { body });

  /** Without a lease the next claim succeeds at once. */
  const claim = async (leaseMs = 0): Promise<PaymentClaim> => {
    const [claimed] = await claimPayments(database, { most: 1, leaseMs });
    if (!claimed) throw new Error('There is nothing to pay.');
    return claimed;
  };

  return {
    world,
    deps,
    clerk,
    give,
    claim,
    current: async ({ assignmentId }: Payout) => (await world.payoutOf(assignmentId)).body as Payout,
    /** A payout that is approved for the account. */
    approved: async (): Promise<Payout> => {
      const parties = newParties();
      await world.setAccount(parties.providerId, account);
      await world.publishInTurn(...history(['propose', 'confirm', 'complete'], parties));
      const payout = await world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
      return (await give(payout, 'approve')).body as Payout;
    },
    /** Pays the claimed payout, or the next one. */
    pay: async (
      provider: Partial<PaymentProvider>,
      { claimed, tries = 1 }: { claimed?: PaymentClaim; tries?: number } = {},
    ) =>
      payPayout(
        { ...deps, provider: { ...absent, ...provider }, retry: { tries, firstPauseMs: 0 } },
        claimed ?? (await claim()),
      ),
    stop: async () => {
      await lifecycle.stop();
      await world.stop();
    },
  };
}

/** A provider that has no transfer, and must not be asked to pay. */
export const absent: PaymentProvider = {
  pay: () => Promise.reject(new Error('No call was expected.')),
  find: async () => undefined,
  list: async function* () {},
  matches,
  repeatableUntil: () => Temporal.Now.instant().add({ hours: 1 }),
};

/** The transfer that an attempt makes at Stripe. */
export function transferOf({ id, payoutId, account, amount }: Attempt, reference = `tr_${id}`): Transfer {
  return {
    ...{ reference, payoutId, attemptId: id, account, isReversed: false, createdAt: Temporal.Now.instant() },
    ...{ amount: amount.amountMinor, currency: amount.currency.toLowerCase() },
  };
}
