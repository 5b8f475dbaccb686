import type { Caller, Logger } from '@punctual/chassis';
import { formatInstant } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { Drift, DriftKind, FindDriftQuery, PayoutDrift } from '@punctual/contracts';
import { assertOverseer } from '../domain/access.ts';
import type { PaymentProvider } from '../payment/payment-provider.ts';
import { compareBooks } from './compare-books.ts';
import { compareTransfers } from './compare-transfers.ts';
import { createDriftReport } from './drift-report.ts';

export type ReconcileDeps = {
  database: Database;
  provider: PaymentProvider | undefined;
  logger: Logger;
  now: () => Temporal.Instant;
};

/** The differences that one pass found: the first thousand, and how many of each kind. */
export type ReconciliationPage = {
  at: Temporal.Instant;
  providerCompared: boolean;
  /** Where the next page continues. Undefined when the provider's list has been read to its end. */
  nextUntil: Temporal.Instant | undefined;
  items: readonly Drift[];
  counts: ReadonlyMap<DriftKind, number>;
};

/** {@link reconcile} for finance and ops. @throws DomainError `forbidden` */
export async function getDrift(deps: ReconcileDeps, caller: Caller, { until }: FindDriftQuery): Promise<PayoutDrift> {
  assertOverseer(caller);
  const page = await reconcile(deps, until === undefined ? undefined : Temporal.Instant.from(until));
  return {
    at: formatInstant(page.at),
    providerCompared: page.providerCompared,
    nextUntil: page.nextUntil ? formatInstant(page.nextUntil) : null,
    items: [...page.items],
    total: page.counts.values().reduce((sum, count) => sum + count, 0),
  };
}

/**
 * Compares payouts with the events of their assignments, and the latest attempts with the
 * provider's list. With `until` it compares only the attempts and transfers before. It changes
 * nothing.
 */
export async function reconcile(
  { database, provider, logger, now }: ReconcileDeps,
  until?: Temporal.Instant,
): Promise<ReconciliationPage> {
  const at = now();
  const { report, items, counts } = createDriftReport();
  if (!until) await compareBooks(database, at, report);
  const compared =
    provider &&
    (await compareTransfers({ database, provider, report }, at, until).catch((error: unknown) =>
      logger.warn({ err: error }, 'The payment provider could not be compared'),
    ));
  return { at, providerCompared: compared !== undefined, nextUntil: compared?.nextUntil, items, counts };
}
