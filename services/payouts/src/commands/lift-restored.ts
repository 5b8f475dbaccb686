import type { CommandDeps, RestoredAggregate, Statement, Transaction } from '@punctual/chassis/postgres';
import { type PayoutData, readPayoutEvent } from '@punctual/contracts';
import { type Attempt, openAttempt, paidBy } from '../domain/attempt.ts';
import type { PayoutState } from '../domain/payout.ts';
import { restate } from '../domain/restate.ts';
import {
  type AttemptColumns,
  addResult,
  insertAttempt,
  selectAttempts,
  toAttempts,
} from '../persistence/payment-attempts.ts';
import { changeOf, savePayouts } from '../persistence/payout-aggregate.ts';
import { lockPayouts } from '../persistence/payouts.ts';

export type LiftDeps = Pick<CommandDeps, 'now' | 'newId'>;

/**
 * After a restore: lifts payouts above the versions that their stream has, and publishes how they
 * are. A payment that the stream knows is written down, so that it is not made again. Payouts that
 * the database does not know are passed over: events of their assignments open them.
 */
export async function liftRestored(
  deps: LiftDeps,
  transaction: Transaction,
  restored: readonly RestoredAggregate[],
  reason: string,
): Promise<Statement[]> {
  const ids = restored.map(({ id }) => id);
  const { payouts, rows } = await lockPayouts<[AttemptColumns[]]>(
    transaction,
    ['assignment_id = any(?::uuid[])', [ids]],
    [selectAttempts(['in (select id from payout where assignment_id = any(?::uuid[]))', [ids]])],
  );
  const attemptsOf = Map.groupBy(toAttempts(rows[0]), ({ payoutId }) => payoutId);
  const payoutOf = new Map(payouts.map((payout) => [payout.assignmentId, payout]));
  return restored.flatMap((each) => {
    const payout = payoutOf.get(each.id);
    const latest = readPayoutEvent(each.latest)?.data;
    if (!payout || !latest) return [];
    return lift(deps, { restored: each, payout, latest, attempts: attemptsOf.get(payout.id) ?? [], reason });
  });
}

type Lifted = {
  restored: RestoredAggregate;
  payout: PayoutState;
  latest: PayoutData;
  attempts: readonly Attempt[];
  reason: string;
};

function lift({ now: clock, newId }: LiftDeps, { restored, payout, latest, attempts, reason }: Lifted): Statement[] {
  const now = clock();
  const version = Math.max(restored.streamVersion, payout.version) + 1;
  const after = restate(payout, { version, latest, holdId: newId() }, now);
  const actor = { id: null, role: 'system' } as const;
  return [
    ...recordPayment(payout, latest, { attempts, now, newId }),
    // Each event has the whole payout, so the one that follows says what these did.
    ['delete from outbox where aggregate_id = ? and published_at is null', [payout.assignmentId]],
    ...savePayouts([changeOf(payout, after, { actor, reason, source: 'SYSTEM' })], { newId }),
  ];
}

/** The account is not in the event, and neither is the attempt that made the payment. */
const unknownAccount = 'unknown';

function recordPayment(
  { id: payoutId, amount, status }: PayoutState,
  { paymentReference: reference }: PayoutData,
  { attempts, now, newId }: { attempts: readonly Attempt[]; now: Temporal.Instant; newId: () => string },
): Statement[] {
  // An open attempt is asked for with its own key, and found.
  if (reference === null || status === 'PAID' || openAttempt(attempts) || paidBy(attempts)) return [];
  const number = attempts.length + 1;
  const attempt: Attempt = {
    ...{ id: newId(), payoutId, number, account: unknownAccount, accountVersion: null, amount },
    ...{ startedAt: now, results: [] },
  };
  return [insertAttempt(attempt), addResult(attempt.id, { outcome: 'PAID', reference, code: null, at: now })];
}
