import type { Caller, Logger } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { Drift, DriftKind, FindDriftQuery, PayoutDrift } from '@punctual/contracts';
import { requireOverseer } from '../domain/access.ts';
import type { PaymentProvider } from '../payment/payment-provider.ts';
import { compareBooks } from './compare-books.ts';
import { compareTransfers } from './compare-transfers.ts';

export type DriftDeps = { database: Database; provider: PaymentProvider | undefined; logger: Logger };

/** What one look has found: the first thousand differences, and how many of each kind. */
export type Look = {
  providerCompared: boolean;
  /** Where the next look goes on; undefined when the provider's list has been looked through. */
  nextUntil: Date | undefined;
  items: readonly Drift[];
  counts: ReadonlyMap<DriftKind, number>;
};

/** How a comparison tells of a difference. */
export type Tell = (difference: Drift) => void;

const shown = 1_000;

/** {@link findDrift} for finance and ops. @throws DomainError `forbidden` */
export async function getDrift(deps: DriftDeps, caller: Caller, { until }: FindDriftQuery): Promise<PayoutDrift> {
  requireOverseer(caller);
  const now = new Date();
  const { providerCompared, nextUntil, items, counts } = await findDrift(
    deps,
    now,
    until ? new Date(until) : undefined,
  );
  return {
    at: now.toISOString(),
    providerCompared,
    nextUntil: nextUntil?.toISOString() ?? null,
    items: [...items],
    total: counts.values().reduce((sum, count) => sum + count, 0),
  };
}

/**
 * Compares payouts with what the events told of their assignments, and the latest attempts with the provider's list; with `until` the
 * ones before, and these alone. Changes nothing.
 */
export async function findDrift({ database, provider, logger }: DriftDeps, now: Date, until?: Date): Promise<Look> {
  const em = database.fork();
  const items: Drift[] = [];
  const counts = new Map<DriftKind, number>();
  const tell: Tell = (difference) => {
    counts.set(difference.kind, (counts.get(difference.kind) ?? 0) + 1);
    if (items.length < shown) items.push(difference);
  };
  if (!until) await compareBooks(em, now, tell);
  const compared =
    provider &&
    (await compareTransfers({ em, provider, tell }, now, until).catch((error: unknown) =>
      logger.warn({ err: error }, 'the payment provider could not be compared'),
    ));
  return { providerCompared: compared !== undefined, nextUntil: compared?.nextUntil, items, counts };
}
