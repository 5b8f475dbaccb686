import type { Caller } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { type Database, readOutbox } from '@punctual/chassis/postgres';
import type { Explanation, PaymentAttempt } from '@punctual/contracts';
import type { Attempt } from '../domain/attempt.ts';
import { presentPayout } from '../domain/present.ts';
import { scheduleConsumer } from '../messaging/on-schedule-event.ts';
import { findAssignmentView } from '../persistence/assignment-views.ts';
import { readAttempts } from '../persistence/payment-attempts.ts';
import { readTimeline } from '../persistence/payout-timeline.ts';
import { findPayout } from '../persistence/payouts.ts';

/**
 * All that payouts knows of an assignment, for ops. Before the first confirm there is no payout.
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
  return {
    assignmentId,
    at: new Date().toISOString(),
    traceIds: [],
    scheduling: null,
    reminders: null,
    payouts: {
      payout: payout && presentPayout(payout),
      attempts: payout ? (await readAttempts(em, payout.id)).map(presentAttempt) : [],
      timeline: payout ? await readTimeline(em, payout.id) : [],
      outbox: await readOutbox(em, assignmentId),
      follows: [{ consumer: scheduleConsumer, version: view.version }],
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
