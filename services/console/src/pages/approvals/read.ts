import type { Assignment, Client, Payout, PayoutSum } from '@punctual/client';
import { accountWarning, readAccount } from '../../payouts/account-warning.ts';
import type { Visit } from '../page.ts';
import type { ApprovalsQuery } from './query.ts';

/** A payout with what a person looks at before paying it. */
export type Row = { payout: Payout; assignment: Assignment; warning: string | undefined };

export type Queue = { rows: Row[]; nextCursor: string | null; sums: PayoutSum[] };

const rowsOnPage = 20;

/** Reads one page of the payouts of a status, those that have waited longest first. */
export async function readQueue({ api, now }: Visit, { status, cursor }: ApprovalsQuery): Promise<Queue> {
  const sort = status === 'AWAITING_APPROVAL' ? 'waitingSince' : 'createdAt';
  const [{ items, nextCursor }, { items: sums }] = await Promise.all([
    api.listPayouts({ query: { status, sort, limit: rowsOnPage, ...(cursor !== undefined && { cursor }) } }),
    api.summarizePayouts(),
  ]);
  const warnings = await readWarnings(api, new Set(items.map(({ providerId }) => providerId)), now);
  const rows = await Promise.all(
    items.map(async (payout) => ({
      payout,
      assignment: await api.getAssignment({ params: { id: payout.assignmentId } }),
      warning: warnings.get(payout.providerId),
    })),
  );
  return { rows, nextCursor, sums };
}

async function readWarnings(api: Client, providers: ReadonlySet<string>, now: Temporal.Instant) {
  const read = [...providers].map(async (id) => [id, accountWarning(await readAccount(api, id), now)] as const);
  return new Map(await Promise.all(read));
}
