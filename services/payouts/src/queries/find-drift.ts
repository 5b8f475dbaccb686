import type { EntityManager } from '@mikro-orm/postgresql';
import type { Caller, Logger } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { Drift, DriftKind, PayoutDrift } from '@punctual/contracts';
import { requireOverseer } from '../domain/access.ts';
import { type Attempt, paidBy } from '../domain/attempt.ts';
import { toStripeAmount } from '../domain/money.ts';
import type { PaymentProvider, Transfer } from '../payment/payment-provider.ts';
import { readAttemptsSince } from '../persistence/payment-attempts.ts';

export type DriftDeps = { database: Database; provider: PaymentProvider | undefined; logger: Logger };

const shown = 1_000;
/** What is still being paid is no drift. */
const openForMs = 3_600_000;
/** How far back the provider's list is read: past that it does not change any more, and was compared before. */
const comparedMs = 30 * 86_400_000;

/** {@link findDrift} for finance and ops. @throws DomainError `forbidden` */
export async function getDrift(deps: DriftDeps, caller: Caller): Promise<PayoutDrift> {
  requireOverseer(caller);
  return findDrift(deps, new Date());
}

/** Compares payouts with what the events told of their assignments, and attempts with the provider's list. Changes nothing. */
export async function findDrift({ database, provider, logger }: DriftDeps, now: Date): Promise<PayoutDrift> {
  const em = database.fork();
  const compared =
    provider &&
    (await atProvider(em, provider, now).catch((error: unknown) =>
      logger.warn({ err: error }, 'the payment provider could not be compared'),
    ));
  const items = [...(await amongAssignments(em)), ...(compared ?? [])];
  return {
    at: now.toISOString(),
    providerCompared: compared !== undefined,
    items: items.slice(0, shown),
    total: items.length,
  };
}

type Row = { kind: DriftKind; payout_id: string | null; assignment_id: string; detail: string };

async function amongAssignments(em: EntityManager): Promise<Drift[]> {
  const rows = await em.execute<Row[]>(`
    select 'PAYOUT_MISSING' as kind, null as payout_id, v.assignment_id, 'the assignment is ' || v.status as detail
      from assignment_view v where v.status in ('CONFIRMED', 'COMPLETED')
        and not exists (select from payout p where p.assignment_id = v.assignment_id)
    union all
    select 'PAYOUT_EXTRA', p.id, p.assignment_id, p.status || ' although the assignment was ' || v.ended_because
      from payout p join assignment_view v using (assignment_id)
      where v.ended_because is not null and p.status <> 'BLOCKED'
    union all
    select 'AMOUNT_DIFFERS', p.id, p.assignment_id,
        p.amount_minor || ' ' || p.currency || ' instead of ' || v.amount_minor || ' ' || v.currency
      from payout p join assignment_view v using (assignment_id)
      where (v.amount_minor, v.currency) <> (p.amount_minor, p.currency)`);
  return rows.map(({ kind, payout_id, assignment_id, detail }) => ({
    kind,
    payoutId: payout_id,
    assignmentId: assignment_id,
    detail,
  }));
}

async function atProvider(em: EntityManager, provider: PaymentProvider, now: Date): Promise<Drift[]> {
  const found: Drift[] = [];
  const add = (kind: DriftKind, payoutId: string | null, detail: string) =>
    found.push({ kind, payoutId, assignmentId: null, detail });
  const since = new Date(now.getTime() - comparedMs);
  const transfers = new Map<string, Transfer>();
  for await (const transfer of provider.list(since)) {
    // Transfers that name no attempt are not made by this product.
    if (transfer.attemptId !== undefined) transfers.set(transfer.attemptId, transfer);
  }
  const payers = new Map<string, Attempt>();
  for await (const attempt of readAttemptsSince(em, since)) {
    const transfer = transfers.get(attempt.id);
    transfers.delete(attempt.id);
    const paid = paidBy([attempt]);
    const isOld = now.getTime() - attempt.startedAt.getTime() > openForMs;
    if (attempt.results.length === 0 && isOld)
      add('ATTEMPT_OPEN', attempt.payoutId, `attempt ${attempt.id} has no end`);
    if (paid && !transfer) add('TRANSFER_MISSING', attempt.payoutId, `${paid.reference} is not in the provider's list`);
    if (!transfer) continue;
    if (!paid && attempt.results.length > 0)
      add('TRANSFER_EXTRA', attempt.payoutId, `${transfer.reference} of attempt ${attempt.id}, which had ended unpaid`);
    const payer = payers.get(attempt.payoutId);
    if (paid && payer)
      add('TRANSFER_EXTRA', attempt.payoutId, `${transfer.reference} paid what attempt ${payer.number} had paid`);
    if (paid) payers.set(attempt.payoutId, attempt);
    if (!isAsSent(attempt, transfer)) add('TRANSFER_DIFFERS', attempt.payoutId, `${transfer.reference} is not as sent`);
    if (transfer.isReversed) add('TRANSFER_REVERSED', attempt.payoutId, `${transfer.reference} was reversed`);
  }
  for (const { reference } of transfers.values()) add('TRANSFER_EXTRA', null, `${reference} is of no attempt of ours`);
  return found;
}

function isAsSent({ amount, account }: Attempt, transfer: Transfer): boolean {
  const isSameAmount = toStripeAmount(amount) === transfer.amount;
  return isSameAmount && amount.currency.toLowerCase() === transfer.currency && account === transfer.account;
}
