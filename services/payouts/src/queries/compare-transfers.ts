import type { EntityManager } from '@mikro-orm/postgresql';
import { type DriftKind, Uuid } from '@punctual/contracts';
import { type Attempt, paidBy } from '../domain/attempt.ts';
import type { PaymentProvider, Transfer } from '../payment/payment-provider.ts';
import { isAsSent } from '../payment/stripe.ts';
import { readAttemptsBetween, readAttemptsById } from '../persistence/payment-attempts.ts';
import type { Tell } from './find-drift.ts';

type Deps = { em: EntityManager; provider: PaymentProvider; tell: Tell };

/** How far back the provider's list is read: past that it does not change any more, and was compared before. */
const comparedMs = 30 * 86_400_000;
/** How many transfers one look reads, so that it has an answer before a client gives up: twenty pages of Stripe's. */
const most = 2_000;
/** By how much the provider's clock may differ from ours. */
const skewMs = 300_000;

/**
 * Compares the latest transfers before `until` with the attempts that made them, and the attempts of that time with the transfers.
 * @returns where the next look goes on, if there is more
 * @throws when the provider gives no answer; what was told until then is true
 */
export async function compareTransfers(deps: Deps, now: Date, until?: Date): Promise<{ nextUntil: Date | undefined }> {
  const { em, provider, tell } = deps;
  const { transfers, since, isWhole } = await readTransfers(provider, new Date(now.getTime() - comparedMs), until);
  const to = until ?? now;
  const mayBeElsewhere = ({ startedAt }: Attempt, paidAt: Date) =>
    startedAt.getTime() - skewMs < since.getTime() || paidAt.getTime() + skewMs > to.getTime();

  for await (const attempt of readAttemptsBetween(em, since, to)) {
    const paid = paidBy([attempt]);
    const transfer = transfers.get(attempt.id);
    transfers.delete(attempt.id);
    if (transfer) compare(attempt, transfer, tell);
    else if (paid && !(mayBeElsewhere(attempt, paid.at) && (await provider.find(attempt))))
      told(tell, 'TRANSFER_MISSING', attempt.payoutId, `${paid.reference} is not in the provider's list`);
  }
  // These were begun before, or by nobody here.
  const ids = [...transfers.keys()].filter((id) => Uuid.safeParse(id).success);
  for (const attempt of await readAttemptsById(em, ids)) {
    const transfer = transfers.get(attempt.id);
    transfers.delete(attempt.id);
    if (transfer) compare(attempt, transfer, tell);
  }
  for (const { reference } of transfers.values())
    told(tell, 'TRANSFER_EXTRA', null, `${reference} is of no attempt of ours`);
  return { nextUntil: isWhole ? undefined : since };
}

/** The latest transfers that attempts have made. `since`: from then on they are all there, and `isWhole` says that it is the beginning. */
async function readTransfers(provider: PaymentProvider, beginning: Date, until: Date | undefined) {
  const transfers = new Map<string, Transfer>();
  let read = 0;
  let since = beginning;
  for await (const transfer of provider.list({ since: beginning, until })) {
    // Never between two of the same second, for the next look begins with the second before.
    if (read >= most && transfer.createdAt < since) return { transfers, since, isWhole: false };
    read += 1;
    since = transfer.createdAt;
    // Transfers that name no attempt are not made by this product.
    if (transfer.attemptId !== undefined) transfers.set(transfer.attemptId, transfer);
  }
  return { transfers, since: beginning, isWhole: true };
}

function compare(attempt: Attempt, transfer: Transfer, tell: Tell): void {
  const { id, payoutId, results } = attempt;
  const { reference } = transfer;
  if (results.length > 0 && !paidBy([attempt]))
    told(tell, 'TRANSFER_EXTRA', payoutId, `${reference} of attempt ${id}, which had ended unpaid`);
  if (!isAsSent(attempt, transfer)) told(tell, 'TRANSFER_DIFFERS', payoutId, `${reference} is not as sent`);
  if (transfer.isReversed) told(tell, 'TRANSFER_REVERSED', payoutId, `${reference} was reversed`);
}

function told(tell: Tell, kind: DriftKind, payoutId: string | null, detail: string): void {
  tell({ kind, payoutId, assignmentId: null, detail });
}
