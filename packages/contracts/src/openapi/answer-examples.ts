import type { z } from 'zod';
import type { EndpointName } from '../endpoints/index.ts';
import { allEvents } from '../events/catalog.ts';
import { jsonSchemas } from '../events/json-schemas.ts';
import { type Action, type ActionName, Assignment } from '../rest/assignment.ts';
import { holdExample } from '../rest/hold.ts';
import { Job } from '../rest/job.ts';
import { Payout } from '../rest/payout.ts';
import { PayoutAccount } from '../rest/payout-account.ts';
import { RemindersHealth } from '../rest/reminders-health.ts';
import { sample } from '../samples.ts';

/** Without a window. */
const unscheduled = {
  scheduledStart: null,
  scheduledEnd: null,
  localStart: null,
  localEnd: null,
  scheduleProposedBy: null,
  scheduleNotes: null,
  proposalExpiresAt: null,
} as const;

/** What an operation answers, where it is not the example of the schema. */
export const answerExamples: Partial<Record<EndpointName, object>> = {
  ...jobExamples(exampleOf(Job)),
  ...assignmentExamples(exampleOf(Assignment)),
  ...payoutExamples(exampleOf(Payout)),
  confirmPayoutAccount: confirmedAccount(exampleOf(PayoutAccount)),
  getSchema: exampleSchema(),
  getOpenApi: { openapi: '3.1.0', info: { title: 'Punctual', version: '1.1.0' }, paths: {} },
};

/** What reminders' health is while they are down. */
export const downExample: RemindersHealth = {
  ...exampleOf(RemindersHealth),
  status: 'down',
  checks: { store: 'down', broker: 'ok', scheduler: 'down' },
  schedulerLagMs: null,
  oldestDueMs: null,
  due: null,
  planned: null,
  overdue: null,
  clockSkewMs: null,
};

/** The first example of a schema. @throws Error if it has none */
export function exampleOf<S extends z.ZodType>(schema: S): z.output<S> {
  return schema.parse(schema.meta()?.examples?.[0]);
}

function exampleSchema(): object {
  const { dataschema } = allEvents['person.erased'];
  return jsonSchemas()[dataschema] ?? {};
}

function jobExamples(job: Job) {
  return {
    createJob: { ...job, status: 'OPEN', currentAssignmentId: null, version: 0, updatedAt: job.createdAt },
    updateJob: { ...job, title: 'The kitchen tap and the shower leak', durationMinutes: 180, version: 2 },
    cancelJob: { ...job, status: 'CANCELLED', version: 2 },
  } satisfies Partial<Record<EndpointName, Job>>;
}

function assignmentExamples(proposed: Assignment) {
  const confirmed: Assignment = {
    ...proposed,
    status: 'CONFIRMED',
    scheduleVersion: 2,
    proposalExpiresAt: null,
    confirmedAt: sample.changedAt,
    payoutStatus: 'PENDING',
    payoutVersion: 1,
    actions: actions({
      propose: true,
      reject: true,
      complete: 'not-started',
      dispute: true,
      confirm: 'invalid-transition',
    }),
  };
  return {
    createAssignment: {
      ...proposed,
      ...unscheduled,
      status: 'UNSCHEDULED',
      scheduleVersion: 0,
      reminderStatus: 'NONE',
      reminderSequence: null,
      updatedAt: proposed.createdAt,
      actions: actions({ propose: true, reject: true, cancel: true, confirm: 'invalid-transition' }),
    },
    proposeForJob: {
      ...proposed,
      actions: actions({ propose: true, confirm: 'own-proposal', reject: true, cancel: true }),
    },
    proposeForAssignment: {
      ...proposed,
      scheduleProposedBy: 'PROVIDER',
      actions: actions({ propose: true, confirm: 'own-proposal', reject: true }),
    },
    confirmSchedule: confirmed,
    rejectAssignment: {
      ...proposed,
      ...unscheduled,
      status: 'DECLINED',
      scheduleVersion: 2,
      rejectedAt: sample.changedAt,
      rejectReason: 'Booked elsewhere that day',
      nextAssignmentId: sample.nextAssignmentId,
      actions: actions({}),
    },
    cancelAssignment: { ...confirmed, status: 'CANCELLED', scheduleVersion: 3, actions: actions({}) },
    completeAssignment: {
      ...confirmed,
      status: 'COMPLETED',
      scheduleVersion: 3,
      reminderStatus: 'SENT',
      reminderLastSentAt: '2026-12-01T08:00:00.000Z',
      payoutStatus: 'AWAITING_APPROVAL',
      payoutVersion: 2,
      updatedAt: sample.window.end,
      actions: actions({ dispute: true }),
    },
    disputeAssignment: {
      ...confirmed,
      scheduleVersion: 3,
      disputedAt: '2026-12-01T09:30:00.000Z',
      payoutStatus: 'BLOCKED',
      payoutVersion: 2,
      updatedAt: '2026-12-01T09:30:00.000Z',
      actions: actions({ cancel: 'visit-started', reject: 'visit-started' }),
    },
  } satisfies Partial<Record<EndpointName, Assignment>>;
}

function payoutExamples(approved: Payout) {
  const waiting: Payout = { ...approved, status: 'AWAITING_APPROVAL', version: 2, approvals: [] };
  const reason = 'The bank account is being checked';
  const hold = { ...holdExample, kind: 'MANUAL', reason, by: sample.financeId, at: approved.updatedAt } as const;
  return {
    getAssignmentPayout: waiting,
    approvePayout: approved,
    blockPayout: { ...waiting, status: 'BLOCKED', version: 3, holds: [hold], blockedBecause: reason },
    unblockPayout: { ...waiting, version: 4 },
    markPayoutPaid: {
      ...approved,
      status: 'PAID',
      version: 4,
      paidAt: approved.updatedAt,
      paymentReference: 'SEPA 1742',
    },
  } satisfies Partial<Record<EndpointName, Payout>>;
}

function confirmedAccount(account: PayoutAccount): PayoutAccount {
  return { ...account, account: account.pending?.account ?? account.account, version: 2, pending: null };
}

/** An item for each command: allowed, refused for this reason, or because of the status. */
function actions(verdicts: Partial<Record<ActionName, true | NonNullable<Action['because']>>>): Action[] {
  const at = `/assignments/${sample.assignmentId}`;
  const paths = { propose: 'schedule', confirm: 'schedule/confirm' } as const;
  return (['propose', 'confirm', 'reject', 'cancel', 'complete', 'dispute'] as const).map((name) => {
    const path = name === 'propose' || name === 'confirm' ? paths[name] : name;
    const verdict = verdicts[name] ?? 'invalid-transition';
    const href = `${at}/${path}`;
    if (verdict === true) return { name, allowed: true, href, method: 'POST' };
    return { name, allowed: false, href, method: 'POST', because: verdict };
  });
}
