import { createHmac, randomUUID } from 'node:crypto';
import type { EndpointName, ProblemCode } from '@punctual/contracts';
import { windowIn, windowOn } from '@punctual/devstack';
import {
  confirm,
  giveJob,
  type Journey,
  propose,
  type TestStack,
  type TestUser,
  timezone,
  type Visit,
} from '@punctual/testkit';

/** A request to the endpoint under test. */
export type CaseRequest = {
  as: TestUser;
  id?: string;
  query?: object;
  body?: object;
  headers?: Record<string, string>;
};

/** How to make an endpoint succeed, and return each of its own problems. */
export type ContractCase = {
  good: () => Promise<CaseRequest> | CaseRequest;
  bad?: Partial<Record<ProblemCode, () => Promise<CaseRequest>>>;
};

/** Enough for the visits of all cases, and few enough to reach. */
export const maxOpenJobs = 300;

/** Cases for a stack with default settings except rate limits and {@link maxOpenJobs}. */
export async function contractCases(world: TestStack, journey: Journey): Promise<Record<EndpointName, ContractCase>> {
  const { customer, finance, payoutOf } = journey;
  const [provider, ops] = [await world.user('provider'), await world.user('ops')];
  const stranger = world.stranger();
  /** A person in finance who is also the customer of every payout here. */
  const partner = await world.user('finance', { id: customer.id });
  /** A visit whose side has used up its proposals of an hour. */
  const proposedOften = async (side: 'customer' | 'provider') => {
    const visit = await journey.unscheduled();
    for (let made = 0; made < 20; made += 1) {
      if (side === 'customer') await propose(visit);
      else await visit.provider.proposeForAssignment({ params: { id: visit.assignmentId }, body: someday });
    }
    return visit;
  };
  const nobodyInRoles = async () => world.stranger({ token: await world.environment.issuer.token({ roles: [] }) });
  /** A provider whose account awaits confirmation. */
  const withRequest = async () => {
    const id = randomUUID();
    await finance.putPayoutAccount({ params: { id }, body: account });
    return id;
  };
  /** To propose through the job, or only to check. */
  const throughJob: ContractCase = {
    good: async () => ({ as: customer, id: (await journey.unscheduled()).jobId, body: someday }),
    bad: {
      forbidden: async () => {
        const visit = await journey.unscheduled();
        return { as: visit.provider, id: visit.jobId, body: someday };
      },
      'invalid-transition': async () => {
        const { id } = await customer.createJob({ body: job });
        return { as: customer, id, body: someday };
      },
      'visit-started': async () => ({ as: customer, id: (await journey.begun()).jobId, body: someday }),
      'too-many-proposals': async () => ({
        as: customer,
        id: (await proposedOften('customer')).jobId,
        body: someday,
      }),
      ...windowProblems(journey, (visit, body) => ({ as: customer, id: visit.jobId, body })),
    },
  };
  /** To propose as the provider, or only to check. */
  const asProvider: ContractCase = {
    good: async () => ofVisit('provider', await journey.unscheduled(), someday),
    bad: {
      forbidden: async () => ofVisit('customer', await journey.unscheduled(), someday),
      'invalid-transition': async () => ofVisit('provider', await journey.cancelled(), someday),
      'too-many-proposals': async () => ofVisit('provider', await proposedOften('provider'), someday),
      ...windowProblems(journey, (visit, body) => ofVisit('provider', visit, body)),
    },
  };
  return {
    createJob: {
      good: () => ({ as: customer, body: job }),
      bad: {
        forbidden: async () => ({ as: provider, body: job }),
        'same-person': async () => ({ as: customer, body: { ...job, providerQueue: [customer.id] } }),
        'unknown-timezone': async () => ({ as: customer, body: { ...job, timezone: 'Mars/Olympus_Mons' } }),
        'too-many-open-jobs': async () => {
          const busy = await world.user('customer');
          for (let open = 0; open < maxOpenJobs; open += 1) await busy.createJob({ body: job });
          return { as: busy, body: job };
        },
      },
    },
    getJob: { good: async () => ({ as: customer, id: (await journey.unscheduled()).jobId }) },
    listJobs: {
      good: () => ({ as: customer, query: { q: 'tap', status: 'OPEN,ASSIGNED', sort: '-updatedAt' } }),
      bad: {
        forbidden: async () => ({ as: finance }),
        'validation-failed': async () => ({ as: customer, query: { cursor: 'of-another-list' } }),
      },
    },
    updateJob: {
      good: async () => ({ as: customer, id: (await journey.unscheduled()).jobId, body: { durationMinutes: 90 } }),
      bad: {
        forbidden: async () => {
          const visit = await journey.unscheduled();
          return { as: visit.provider, id: visit.jobId, body: { durationMinutes: 90 } };
        },
        'invalid-transition': async () => ({
          as: customer,
          id: (await journey.unscheduled()).jobId,
          body: { timezone: 'Europe/Paris' },
        }),
        'same-person': async () => ({
          as: customer,
          id: (await journey.unscheduled()).jobId,
          body: { providerQueue: [customer.id] },
        }),
        'unknown-timezone': async () => {
          const { id } = await customer.createJob({ body: job });
          return { as: customer, id, body: { timezone: 'Mars/Olympus_Mons' } };
        },
      },
    },
    cancelJob: {
      good: async () => ({ as: customer, id: (await journey.proposed()).jobId, body: { reason } }),
      bad: {
        forbidden: async () => {
          const visit = await journey.unscheduled();
          return { as: visit.provider, id: visit.jobId, body: { reason } };
        },
        'invalid-transition': async () => ({ as: customer, id: (await journey.cancelled()).jobId, body: { reason } }),
        'visit-started': async () => ({ as: customer, id: (await journey.begun()).jobId, body: { reason } }),
      },
    },
    createAssignment: {
      good: async () => {
        const { id } = await customer.createJob({ body: job });
        return { as: customer, id, body: { providerId: randomUUID() } };
      },
      bad: {
        forbidden: async () => {
          const visit = await journey.unscheduled();
          return { as: visit.provider, id: visit.jobId, body: { providerId: randomUUID() } };
        },
        'job-not-open': async () => ({
          as: customer,
          id: (await journey.unscheduled()).jobId,
          body: { providerId: randomUUID() },
        }),
        'same-person': async () => {
          const { id } = await customer.createJob({ body: job });
          return { as: customer, id, body: { providerId: customer.id } };
        },
        'too-many-open-assignments': async () => {
          const asked = await world.user('provider');
          for (let given = 0; given < 5; given += 1) await giveJob(customer, asked);
          const { id } = await customer.createJob({ body: job });
          return { as: customer, id, body: { providerId: asked.id } };
        },
      },
    },
    proposeForJob: throughJob,
    checkForJob: {
      ...throughJob,
      bad: {
        ...throughJob.bad,
        'idempotency-key-reused': async () => {
          const { jobId: id } = await journey.unscheduled();
          await customer.proposeForJob({ params: { id }, body: someday, idempotencyKey: id });
          return { as: customer, id, body: someday, headers: { 'idempotency-key': id } };
        },
      },
    },
    proposeForAssignment: asProvider,
    checkForAssignment: {
      ...asProvider,
      bad: {
        ...asProvider.bad,
        'idempotency-key-reused': async () => {
          const visit = await journey.unscheduled();
          const { provider: by, assignmentId: id } = visit;
          await by.proposeForAssignment({ params: { id }, body: someday, idempotencyKey: id });
          return { ...ofVisit('provider', visit, someday), headers: { 'idempotency-key': id } };
        },
      },
    },
    confirmSchedule: {
      good: async () => ofVisit('provider', await journey.proposed(), { scheduleVersion: 1 }),
      bad: {
        forbidden: async () => ({ ...ofVisit('customer', await journey.proposed()), as: ops }),
        'own-proposal': async () => ofVisit('customer', await journey.proposed()),
        'version-conflict': async () => ofVisit('provider', await journey.proposed(), { scheduleVersion: 7 }),
        'invalid-transition': async () => ofVisit('provider', await journey.unscheduled()),
        'window-taken': async () => {
          const first = await journey.unscheduled();
          const second = await giveJob(customer, first.provider);
          await propose(first);
          await propose(second);
          await confirm(first);
          return ofVisit('provider', second);
        },
      },
    },
    rejectAssignment: {
      good: async () => ofVisit('provider', await journey.proposed(), { reason, counter: someday }),
      bad: {
        forbidden: async () => ({ ...ofVisit('customer', await journey.proposed()), as: finance }),
        'reason-required': async () => ofVisit('provider', await journey.proposed()),
        'invalid-transition': async () => ofVisit('provider', await journey.cancelled(), { reason }),
        'visit-started': async () => ofVisit('customer', await journey.begun(), { reason }),
        'too-many-proposals': async () =>
          ofVisit('customer', await proposedOften('customer'), { reason, counter: someday }),
        ...windowProblems(journey, async (visit, counter) => {
          await propose(visit, { days: 6 });
          return ofVisit('provider', visit, { reason, counter });
        }),
      },
    },
    cancelAssignment: {
      good: async () => ofVisit('customer', await journey.unscheduled(), { reason }),
      bad: {
        forbidden: async () => ofVisit('provider', await journey.unscheduled(), { reason }),
        'invalid-transition': async () => ofVisit('customer', await journey.cancelled(), { reason }),
        'visit-started': async () => ofVisit('customer', await journey.begun(), { reason }),
      },
    },
    completeAssignment: {
      good: async () => ofVisit('provider', await journey.begun()),
      bad: {
        forbidden: async () => ofVisit('customer', await journey.confirmed()),
        'invalid-transition': async () => ofVisit('provider', await journey.unscheduled()),
        'not-started': async () => ofVisit('provider', await journey.confirmed()),
      },
    },
    disputeAssignment: {
      good: async () => ofVisit('customer', await journey.confirmed(), { kind: 'OTHER', reason }),
      bad: {
        forbidden: async () => ({
          ...ofVisit('customer', await journey.confirmed(), { kind: 'OTHER', reason }),
          as: finance,
        }),
        'invalid-transition': async () => ofVisit('customer', await journey.unscheduled(), { kind: 'OTHER', reason }),
        'not-started': async () => ofVisit('customer', await journey.confirmed(), { kind: 'NO_SHOW', reason }),
      },
    },
    getAssignment: {
      good: async () => ({
        ...ofVisit('customer', await journey.confirmed()),
        query: { minPayoutVersion: '1', minReminderSequence: '1' },
      }),
      bad: {
        'validation-failed': async () => ({
          ...ofVisit('customer', await journey.unscheduled()),
          query: { minPayoutVersion: '2147483648' },
        }),
      },
    },
    listAssignments: {
      good: () => ({ as: customer, query: { status: 'CONFIRMED,PROPOSED', sort: 'start' } }),
      bad: {
        forbidden: async () => ({ as: finance }),
        'validation-failed': async () => ({ as: customer, query: { cursor: 'of-another-list' } }),
      },
    },
    getAssignmentTimeline: {
      good: async () => ofVisit('customer', await journey.confirmed()),
      bad: {
        'validation-failed': async () => ({
          ...ofVisit('customer', await journey.confirmed()),
          query: { cursor: 'of-another-list' },
        }),
      },
    },
    streamChanges: {
      good: async () => ofVisit('customer', await journey.confirmed()),
      bad: {
        'cursor-expired': async () => ({
          ...ofVisit('customer', await journey.confirmed()),
          headers: { 'last-event-id': position([1, 0, 0]) },
        }),
      },
    },
    listChanges: {
      good: () => ({ as: customer }),
      bad: {
        forbidden: async () => ({ as: await nobodyInRoles() }),
        'validation-failed': async () => ({ as: customer, query: { cursor: 'of-another-list' } }),
        'cursor-expired': async () => ({ as: customer, query: { cursor: position([1, 0, 0]) } }),
      },
    },
    listReminders: {
      good: async () => ofVisit('customer', await journey.confirmed()),
      bad: {
        'validation-failed': async () => ({
          ...ofVisit('customer', await journey.confirmed()),
          query: { cursor: 'of-another-list' },
        }),
      },
    },
    getRemindersHealth: { good: () => ({ as: stranger }) },
    listFreeWindows: {
      good: () => ({ as: customer, id: provider.id, query: { minutes: 30 } }),
      bad: { forbidden: async () => ({ as: finance, id: provider.id }) },
    },
    getAssignmentPayout: {
      good: async () => ({ as: finance, id: (await journey.pending()).assignmentId }),
    },
    listPayouts: { good: () => ({ as: finance }), bad: { forbidden: async () => ({ as: customer }) } },
    summarizePayouts: { good: () => ({ as: finance }), bad: { forbidden: async () => ({ as: customer }) } },
    getPayout: { good: async () => ({ as: finance, id: (await journey.pending()).id }) },
    getPayoutTimeline: {
      good: async () => ({ as: ops, id: (await journey.pending()).id }),
      bad: {
        'validation-failed': async () => ({
          ...{ as: ops, id: (await journey.pending()).id },
          query: { cursor: 'of-another-list' },
        }),
      },
    },
    approvePayout: {
      good: async () => ({ as: finance, id: (await journey.awaitingApproval()).id }),
      bad: {
        forbidden: async () => ({ as: ops, id: (await journey.awaitingApproval()).id }),
        'own-payout': async () => ({ as: partner, id: (await journey.awaitingApproval()).id }),
        'invalid-transition': async () => ({ as: finance, id: (await journey.pending()).id }),
        'already-approved': async () => {
          const { id } = await journey.awaitingApproval(200_000);
          await finance.approvePayout({ params: { id } });
          return { as: finance, id };
        },
      },
    },
    blockPayout: {
      good: async () => ({ as: ops, id: (await journey.pending()).id, body: { reason } }),
      bad: {
        forbidden: async () => {
          const visit = await journey.confirmed();
          return { as: visit.provider, id: (await payoutOf(visit, 'PENDING')).id, body: { reason } };
        },
        'own-payout': async () => ({ as: partner, id: (await journey.pending()).id, body: { reason } }),
        'invalid-transition': async () => {
          const { id } = await journey.approved();
          await finance.markPayoutPaid({ params: { id }, body: { reference: 'SEPA 16' } });
          return { as: finance, id, body: { reason } };
        },
      },
    },
    unblockPayout: {
      good: async () => ({ as: finance, id: (await journey.blocked()).id, body: { reason } }),
      bad: {
        forbidden: async () => ({ as: ops, id: (await journey.blocked()).id, body: { reason } }),
        'own-payout': async () => ({ as: partner, id: (await journey.blocked()).id, body: { reason } }),
        'invalid-transition': async () => ({
          as: finance,
          id: (await journey.pending()).id,
          body: { reason },
        }),
      },
    },
    markPayoutPaid: {
      good: async () => ({ as: finance, id: (await journey.approved()).id, body: { reference: 'SEPA 17' } }),
      bad: {
        forbidden: async () => ({ as: ops, id: (await journey.approved()).id, body: { reference: 'SEPA 17' } }),
        'own-payout': async () => ({ as: partner, id: (await journey.approved()).id, body: { reference: 'SEPA 17' } }),
        'invalid-transition': async () => ({
          as: finance,
          id: (await journey.pending()).id,
          body: { reference: 'SEPA 17' },
        }),
      },
    },
    getPayoutAccount: {
      good: async () => {
        await finance.putPayoutAccount({ params: { id: provider.id }, body: account });
        return { as: provider, id: provider.id };
      },
    },
    putPayoutAccount: {
      good: () => ({ as: finance, id: provider.id, body: account }),
      bad: {
        forbidden: async () => ({ as: ops, id: provider.id, body: account }),
        'own-payout': async () => ({ as: finance, id: finance.id, body: account }),
      },
    },
    confirmPayoutAccount: {
      good: async () => ({ as: partner, id: await withRequest(), body: account }),
      bad: {
        forbidden: async () => ({ as: ops, id: await withRequest() }),
        'own-payout': async () => ({ as: partner, id: partner.id }),
        'own-change': async () => ({ as: finance, id: await withRequest() }),
        'invalid-transition': async () => ({ as: partner, id: randomUUID() }),
        'version-conflict': async () => ({ as: partner, id: await withRequest(), body: { account: 'acct_another' } }),
      },
    },
    getPayoutAccountHistory: {
      good: () => ({ as: ops, id: provider.id }),
      bad: { forbidden: async () => ({ as: provider, id: provider.id }) },
    },
    takeStripeNotice: {
      good: () => ({ as: stranger, body: notice, headers: signed(JSON.stringify(notice)) }),
    },
    findPayoutDrift: {
      good: () => ({ as: ops }),
      bad: {
        forbidden: async () => ({ as: customer }),
        'validation-failed': async () => ({ as: ops, query: { until: 'yesterday' } }),
      },
    },
    explainAssignment: {
      good: async () => ({ as: ops, id: (await journey.confirmed()).assignmentId }),
      bad: { forbidden: async () => ofVisit('customer', await journey.confirmed()) },
    },
    listOpenReminders: {
      good: () => ({ as: ops, query: { state: 'upcoming', limit: '5' } }),
      bad: { forbidden: async () => ({ as: customer }) },
    },
    erasePerson: {
      good: () => ({ as: ops, id: randomUUID(), body: { reason } }),
      bad: { forbidden: async () => ({ as: customer, id: customer.id, body: { reason } }) },
    },
    getErasure: {
      good: () => ({ as: ops, id: randomUUID(), query: { count: 'true' } }),
      bad: { forbidden: async () => ({ as: finance, id: customer.id }) },
    },
    getPayoutsErasure: {
      good: () => ({ as: ops, id: randomUUID(), query: { count: 'true' } }),
      bad: { forbidden: async () => ({ as: finance, id: customer.id }) },
    },
    getOpenApi: { good: () => ({ as: stranger }) },
    getSchema: {
      good: () => ({ as: stranger, id: 'reminder.due.v1' }),
      bad: { 'not-found': async () => ({ as: stranger, id: 'reminder.due.v9' }) },
    },
    getDocs: {
      good: () => ({ as: stranger }),
      bad: {
        'precondition-failed': async () => ({ as: stranger, headers: { 'if-match': '"another"' } }),
        'range-not-satisfiable': async () => ({ as: stranger, headers: { range: 'bytes=9999999-' } }),
      },
    },
  };
}

const now = Temporal.Now.instant();
const someday = windowOn(now, { days: 3, hour: 12, minutes: 60 });
const job = { title: 'The kitchen tap drips', timezone, price: { amountMinor: 8_000, currency: 'EUR' } };
const reason = 'It stopped by itself';

const account = { account: 'acct_1MTfjCQ9PRzxEwkZ' };
const notice = { id: 'evt_1', object: 'event', type: 'balance.available', data: { object: {} } };
export const webhookSecret = 'whsec_contract';

/** Headers as Stripe signs its webhooks. */
export function signed(body: string): Record<string, string> {
  const at = Math.trunc(Date.now() / 1000);
  const signature = createHmac('sha256', webhookSecret).update(`${at}.${body}`).digest('hex');
  return { 'stripe-signature': `t=${at},v1=${signature}` };
}

/** A position in a change stream, the same in each stream of events. */
function position(mark: [streamCreatedAt: number, sequence: number, version: number]): string {
  return Buffer.from(JSON.stringify([mark, mark, mark])).toString('base64url');
}

function ofVisit(by: 'customer' | 'provider', visit: Visit, body?: object): CaseRequest {
  return { as: visit[by], id: visit.assignmentId, ...(body && { body }) };
}

/** The problems of a window, which are the same wherever one is proposed. */
function windowProblems(
  journey: Journey,
  attempt: (visit: Visit, wanted: object) => CaseRequest | Promise<CaseRequest>,
): NonNullable<ContractCase['bad']> {
  const wrong = (wanted: object) => async () => attempt(await journey.unscheduled(), wanted);
  return {
    'unknown-timezone': wrong({ ...someday, timezone: 'Mars/Olympus_Mons' }),
    'nonexistent-local-time': wrong({ ...skippedInBerlin(), timezone: 'Europe/Berlin' }),
    'window-in-past': wrong(windowIn(now, { startsInMinutes: -60, minutes: 60 })),
    'window-too-far': wrong(windowOn(now, { days: 90, hour: 12, minutes: 60 })),
    'window-too-short': wrong(windowIn(now, { startsInMinutes: 60, minutes: 29 })),
    'window-too-long': wrong(windowIn(now, { startsInMinutes: 60, minutes: 20_161 })),
    'window-taken': async () => {
      const { provider, assignmentId } = await journey.confirmed();
      const { scheduledStart, scheduledEnd } = await journey.customer.getAssignment({
        params: { id: assignmentId },
      });
      return attempt(await giveJob(journey.customer, provider), { start: scheduledStart, end: scheduledEnd });
    },
  };
}

/** A local time in the hour that is skipped when summer time begins next. */
function skippedInBerlin(): { start: string; end: string } {
  const hours = (at: Temporal.ZonedDateTime) => at.offsetNanoseconds / 3_600e9;
  let change = now.toZonedDateTimeISO('Europe/Berlin').getTimeZoneTransition('next');
  if (change && hours(change) === 1) change = change.getTimeZoneTransition('next');
  if (!change) throw new Error('Berlin has no summer time any more.');
  const local = change.toPlainDateTime().subtract({ minutes: 30 });
  return { start: local.toString(), end: local.add({ hours: 3 }).toString() };
}
