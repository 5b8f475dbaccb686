import type { Caller } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { type Database, readOutbox } from '@punctual/chassis/postgres';
import { type Explanation, explainedItems, type PaymentAttempt } from '@punctual/contracts';
import type { Attempt } from '../domain/attempt.ts';
import { presentPayout } from '../domain/present.ts';
import { scheduleConsumer } from '../messaging/on-schedule-event.ts';
import { findAssignmentView } from '../persistence/assignment-views.ts';
import { readAttempts } from '../persistence/payment-attempts.ts';
import { readLatestItems } from '../persistence/payout-timeline.ts';
import { findPayout } from '../persistence/payouts.ts';

/**
 * What payouts knows of an assignment, for ops: of each list the latest items. Before the first confirm there is no payout.
 * @throws DomainError `forbidden`, `not-found` when no event has told of it
 */
export async function explainAssignment(
  { database }: { database: Database },
  caller: Caller,
  assignmentId: string,
): Promise<Explanation> {
  if (!caller.roles.includes('ops')) throw new DomainError('forbidden', 'This is for ops.');
  const em = database.fork();
  const view = await findAssignmentView(em, assignmentId);
  if (!view) throw new DomainError('not-found', `No event has told of the assignment ${assignmentId}.`);
  const payout = await findPayout(em, { assignmentId });
  const attempts = payout ? await readAttempts(em, payout.id) : [];
  const timeline = payout ? await readLatestItems(em, payout.id, explainedItems + 1) : [];
  const outbox = await readOutbox(em, assignmentId, explainedItems + 1);
  return {
    assignmentId,
    at: new Date().toISOString(),
    traceIds: [],
    scheduling: null,
    reminders: null,
    payouts: {
      payout: payout && presentPayout(payout),
      attempts: attempts.slice(-explainedItems).map(presentAttempt),
      timeline: timeline.slice(-explainedItems),
      outbox: outbox.slice(-explainedItems),
      follows: [{ consumer: scheduleConsumer, version: view.version }],
      truncated: Math.max(attempts.length, timeline.length, outbox.length) > explainedItems,
    },
    missing: [],
  };
}

function presentAttempt({ id, number, account, startedAt, results }: Attempt): PaymentAttempt {
  return {
    id,
    number,
    account,
    startedAt: startedAt.toISOString(),
    results: results.map(({ at, ...result }) => ({ ...result, at: at.toISOString() })),
  };
}
