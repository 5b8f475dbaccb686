import type { Queryable } from '@punctual/chassis/postgres';
import { type DriftKind, Uuid } from '@punctual/contracts';
import { type Attempt, paidBy } from '../domain/attempt.ts';
import type { PaymentProvider, Transfer } from '../payment/payment-provider.ts';
import { readAttemptsBetween, readAttemptsById } from '../persistence/payment-attempts.ts';
import type { Report } from './drift-report.ts';

type Deps = { database: Queryable; provider: PaymentProvider; report: Report };

/**
 * How far back the provider's list is read. Older transfers no longer change, and were compared.
 */
const compared = { hours: 30 * 24 };
/**
 * The most transfers that one page reads, so that it ends before a client gives up: 20 requests.
 */
const most = 2_000;
/** By how much the provider's clock may differ from ours. */
const skew = { minutes: 5 };

/**
 * Compares the latest transfers before `until` with their attempts, and the attempts of that time
 * with the transfers.
 * @returns where the next page continues, if there is more
 * @throws when the provider does not answer; differences reported until then are valid
 */
export async function compareTransfers(
  deps: Deps,
  now: Temporal.Instant,
  until?: Temporal.Instant,
): Promise<{ nextUntil: Temporal.Instant | undefined }> {
  const { database, provider, report } = deps;
  const { transfers, since, isWhole } = await readTransfers(provider, now.subtract(compared), until);
  const to = until ?? now;
  const mayBeOnAnotherPage = ({ startedAt }: Attempt, paidAt: Temporal.Instant) =>
    isBefore(startedAt.subtract(skew), since) || isBefore(to, paidAt.add(skew));

  for await (const attempt of readAttemptsBetween(database, since, to)) {
    const paid = paidBy([attempt]);
    const transfer = transfers.get(attempt.id);
    transfers.delete(attempt.id);
    if (transfer) compare(deps, attempt, transfer);
    else if (paid && !(mayBeOnAnotherPage(attempt, paid.at) && (await provider.find(attempt))))
      report(drift('TRANSFER_MISSING', attempt.payoutId, `${paid.reference} is not in the provider's list`));
  }
  // The rest have attempts that began earlier, or none here.
  const ids = [...transfers.keys()].filter((id) => Uuid.safeParse(id).success);
  for (const attempt of await readAttemptsById(database, ids)) {
    const transfer = transfers.get(attempt.id);
    transfers.delete(attempt.id);
    if (transfer) compare(deps, attempt, transfer);
  }
  for (const { reference } of transfers.values())
    report(drift('TRANSFER_EXTRA', null, `${reference} belongs to no attempt of ours`));
  return { nextUntil: isWhole ? undefined : since };
}

/**
 * Reads the latest transfers that name an attempt. All from `since` on are included; `isWhole` says
 * that this reaches back to the beginning.
 */
async function readTransfers(
  provider: PaymentProvider,
  beginning: Temporal.Instant,
  until: Temporal.Instant | undefined,
) {
  const transfers = new Map<string, Transfer>();
  let read = 0;
  let since = beginning;
  for await (const transfer of provider.list({ since: beginning, until })) {
    // Never splits a second: the next page begins with the second before.
    if (read >= most && isBefore(transfer.createdAt, since)) return { transfers, since, isWhole: false };
    read += 1;
    since = transfer.createdAt;
    // Transfers that name no attempt were not made by this product.
    if (transfer.attemptId !== undefined) transfers.set(transfer.attemptId, transfer);
  }
  return { transfers, since: beginning, isWhole: true };
}

function compare({ provider, report }: Deps, attempt: Attempt, transfer: Transfer): void {
  const { id, payoutId, results } = attempt;
  const { reference } = transfer;
  if (results.length > 0 && !paidBy([attempt]))
    report(drift('TRANSFER_EXTRA', payoutId, `${reference} of attempt ${id}, which had ended unpaid`));
  if (!provider.matches(attempt, transfer))
    report(drift('TRANSFER_DIFFERS', payoutId, `${reference} differs from its attempt`));
  if (transfer.isReversed) report(drift('TRANSFER_REVERSED', payoutId, `${reference} was reversed`));
}

function drift(kind: DriftKind, payoutId: string | null, detail: string) {
  return { kind, payoutId, assignmentId: null, detail };
}

function isBefore(one: Temporal.Instant, other: Temporal.Instant): boolean {
  return Temporal.Instant.compare(one, other) < 0;
}
