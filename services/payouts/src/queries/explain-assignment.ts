import { formatInstant } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { type Database, readLatestItems, readOutbox } from '@punctual/chassis/postgres';
import { consumers, explainedItems, type PaymentAttempt, type PayoutExplanation } from '@punctual/contracts';
import { type Attempt, maskAccount } from '../domain/attempt.ts';
import { presentPayout } from '../domain/present.ts';
import { findAssignmentView } from '../persistence/assignment-views.ts';
import { readAttempts } from '../persistence/payment-attempts.ts';
import { payoutTimeline } from '../persistence/payout-aggregate.ts';
import { findPayout } from '../persistence/payouts.ts';

/**
 * Returns payouts' part of the explanation of an assignment: the latest items of each list. Before
 * the first confirm there is no payout.
 * @throws DomainError `not-found` before the first event of the assignment
 */
export async function explainAssignment(
  { database }: { database: Database },
  assignmentId: string,
): Promise<PayoutExplanation> {
  const view = await findAssignmentView(database, assignmentId);
  if (!view) throw new DomainError('not-found', `No event of assignment ${assignmentId} has arrived.`);
  const payout = await findPayout(database, { assignmentId });
  const attempts = payout ? await readAttempts(database, payout.id) : [];
  const timeline = payout ? await readLatestItems(database, payoutTimeline, payout.id, explainedItems + 1) : [];
  const outbox = await readOutbox(database, assignmentId, explainedItems + 1);
  return {
    payout: payout ? presentPayout(payout) : null,
    attempts: attempts.slice(-explainedItems).map(presentAttempt),
    timeline: timeline.slice(-explainedItems),
    outbox: outbox.slice(-explainedItems),
    follows: [{ consumer: consumers.payoutsSchedule.durable, version: view.version }],
    truncated: Math.max(attempts.length, timeline.length, outbox.length) > explainedItems,
  };
}

/** Only finance sees a whole account. */
function presentAttempt({ id, number, account, startedAt, results }: Attempt): PaymentAttempt {
  return {
    id,
    number,
    account: maskAccount(account),
    startedAt: formatInstant(startedAt),
    results: results.map(({ at, ...result }) => ({ ...result, at: formatInstant(at) })),
  };
}
