import { type Drift, lenient, PayoutDrift } from '@punctual/contracts';
import type { GatewayAccess } from '../gateway/access.ts';
import { askGateway } from '../gateway/ask-gateway.ts';
import { compareVisits, type VisitDrift } from './compare-visits.ts';

/** The differences that payouts finds by itself, and those of the comparison with scheduling. */
export type FoundDrift = Omit<PayoutDrift, 'items'> & { items: (Drift | VisitDrift)[] };

const maxShown = 1_000;

/**
 * Compares payouts with the payment provider, the events and scheduling. All differences are
 * counted; at most 1,000 of those with scheduling are items.
 * @param from RFC 3339; only visits and payouts that were created at this time or later
 */
export async function findDrift(access: GatewayAccess, from: string | undefined): Promise<FoundDrift> {
  const drift: FoundDrift = await compareAll(access);
  let added = 0;
  for await (const difference of compareVisits(access, from)) {
    drift.total += 1;
    added += 1;
    if (added <= maxShown) drift.items.push(difference);
  }
  return drift;
}

/** Requests page after page until all is compared, or the payment provider does not answer. */
async function compareAll(access: GatewayAccess): Promise<PayoutDrift> {
  const readPage = (until?: string) =>
    askGateway(access, `/ops/payouts/drift${until ? `?until=${until}` : ''}`, lenient(PayoutDrift));
  const drift = await readPage();
  while (drift.nextUntil) {
    const { providerCompared, nextUntil, items, total } = await readPage(drift.nextUntil);
    if (!providerCompared) return drift;
    drift.nextUntil = nextUntil;
    drift.items.push(...items);
    drift.total += total;
  }
  return drift;
}
