import { createHmac, randomUUID } from 'node:crypto';
import type { EndpointName, ProblemCode } from '@punctual/contracts';
import { windowIn, windowOn } from '@punctual/devstack';
import type { Stages } from './stages.ts';
import type { Person, TestStack } from './test-stack.ts';
import { confirm, giveJob, propose, timezone, type Visit } from './visit.ts';

/** Somebody sends something to the endpoint in question. */
export type Attempt = { as: Person; id?: string; query?: object; body?: object; headers?: Record<string, string> };

/** How an endpoint is made to answer well, and with each problem that is its own. */
export type ContractCase = {
  good: () => Promise<Attempt> | Attempt;
  bad?: Partial<Record<ProblemCode, () => Promise<Attempt>>>;
};

/** Enough for all the visits of the cases, and few enough to reach. */
export const maxOpenJobs = 300;

/** Drives a stack as it is by default, but for its rate limits and {@link maxOpenJobs}. */
export async function contractCases(world: TestStack, stages: Stages): Promise<Record<EndpointName, ContractCase>> {
  const { customer, finance, visits, payoutOf, payouts } = stages;
  const [provider, ops] = [await world.person('provider'), await world.person('ops')];
  const stranger = world.stranger();
  /** Of finance, and the customer of every payout here. */
  const partner = await world.person('finance', { id: customer.id });
  /** A visit for which a side has proposed as often as it may within an hour. */
  const proposedOften = async (side: 'customer' | 'provider') => {
    const visit = await visits.unscheduled();
    for (let made = 0; made < 20; made += 1) {
      if (side === 'customer') await propose(visit);
      else await visit.provider.proposeForAssignment({ params: { id: visit.assignmentId }, body: someday });
    }
    return visit;
  };
  /** A provider whose account waits for its confirmation. */
  const withRequest = async () => {
    const id = randomUUID();
    await finance.putPayoutAccount({ params: { id }, body: account });
    return id;
  };
  return {
    createJob: {
      good: () => ({ as: customer, body: job }),
      bad: {
        forbidden: async () => ({ as: provider, body: job }),
        'same-person': async () => ({ as: customer, body: { ...job, providerQueue: [customer.id] } }),
        'unknown-timezone': async () => ({ as: customer, body: { ...job, timezone: 'Mars/Olympus_Mons' } }),
        'too-many-open-jobs': async () => {
          const busy = await world.person('customer');
          for (let open = 0; open < maxOpenJobs; open += 1) await busy.createJob({ body: job });
          return { as: busy, body: job };
        },
      },
    },
    getJob: { good: async () => ({ as: customer, id: (await visits.unscheduled()).jobId }) },
    createAssignment: {
      good: async () => {
        const { id } = await customer.createJob({ body: job });
        return { as: customer, id, body: { providerId: randomUUID() } };
      },
      bad: {
        forbidden: async () => {
          const visit = await visits.unscheduled();
          return { as: visit.provider, id: visit.jobId, body: { providerId: randomUUID() } };
        },
        'job-not-open': async () => ({
          as: customer,
          id: (await visits.unscheduled()).jobId,
          body: { providerId: randomUUID() },
        }),
        'same-person': async () => {
          const { id } = await customer.createJob({ body: job });
          return { as: customer, id, body: { providerId: customer.id } };
        },
        'too-many-open-assignments': async () => {
          const asked = await world.person('provider');
          for (let given = 0; given < 5; given += 1) await giveJob(customer, asked);
          const { id } = await customer.createJob({ body: job });
          return { as: customer, id, body: { providerId: asked.id } };
        },
      },
    },
    proposeForJob: {
      good: async () => ({ as: customer, id: (await visits.unscheduled()).jobId, body: someday }),
      bad: {
        forbidden: async () => {
          const visit = await visits.unscheduled();
          return { as: visit.provider, id: visit.jobId, body: someday };
        },
        'invalid-transition': async () => {
          const { id } = await customer.createJob({ body: job });
          return { as: customer, id, body: someday };
        },
        'visit-started': async () => ({ as: customer, id: (await visits.begun()).jobId, body: someday }),
        'too-many-proposals': async () => ({
          as: customer,
          id: (await proposedOften('customer')).jobId,
          body: someday,
        }),
        ...windowProblems(stages, (visit, body) => ({ as: customer, id: visit.jobId, body })),
      },
    },
    proposeForAssignment: {
      good: async () => ofVisit('provider', await visits.unscheduled(), someday),
      bad: {
        forbidden: async () => ofVisit('customer', await visits.unscheduled(), someday),
        'invalid-transition': async () => ofVisit('provider', await visits.cancelled(), someday),
        'too-many-proposals': async () => ofVisit('provider', await proposedOften('provider'), someday),
        ...windowProblems(stages, (visit, body) => ofVisit('provider', visit, body)),
      },
    },
    confirmSchedule: {
      good: async () => ofVisit('provider', await visits.proposed(), { scheduleVersion: 1 }),
      bad: {
        forbidden: async () => ({ ...ofVisit('customer', await visits.proposed()), as: ops }),
        'own-proposal': async () => ofVisit('customer', await visits.proposed()),
        'version-conflict': async () => ofVisit('provider', await visits.proposed(), { scheduleVersion: 7 }),
        'invalid-transition': async () => ofVisit('provider', await visits.unscheduled()),
        'window-taken': async () => {
          const first = await visits.unscheduled();
          const second = await giveJob(customer, first.provider);
          await propose(first);
          await propose(second);
          await confirm(first);
          return ofVisit('provider', second);
        },
      },
    },
    rejectAssignment: {
      good: async () => ofVisit('provider', await visits.proposed(), { reason, counter: someday }),
      bad: {
        forbidden: async () => ({ ...ofVisit('customer', await visits.proposed()), as: finance }),
        'reason-required': async () => ofVisit('provider', await visits.proposed()),
        'invalid-transition': async () => ofVisit('provider', await visits.cancelled(), { reason }),
        'visit-started': async () => ofVisit('customer', await visits.begun(), { reason }),
        'too-many-proposals': async () =>
          ofVisit('customer', await proposedOften('customer'), { reason, counter: someday }),
        ...windowProblems(stages, async (visit, counter) => {
          await propose(visit, { days: 6 });
          return ofVisit('provider', visit, { reason, counter });
        }),
      },
    },
    cancelAssignment: {
      good: async () => ofVisit('customer', await visits.unscheduled(), { reason }),
      bad: {
        forbidden: async () => ofVisit('provider', await visits.unscheduled(), { reason }),
        'invalid-transition': async () => ofVisit('customer', await visits.cancelled(), { reason }),
        'visit-started': async () => ofVisit('customer', await visits.begun(), { reason }),
      },
    },
    completeAssignment: {
      good: async () => ofVisit('provider', await visits.begun()),
      bad: {
        forbidden: async () => ofVisit('customer', await visits.confirmed()),
        'invalid-transition': async () => ofVisit('provider', await visits.unscheduled()),
        'not-started': async () => ofVisit('provider', await visits.confirmed()),
      },
    },
    disputeAssignment: {
      good: async () => ofVisit('customer', await visits.confirmed(), { kind: 'OTHER', reason }),
      bad: {
        forbidden: async () => ({
          ...ofVisit('customer', await visits.confirmed(), { kind: 'OTHER', reason }),
          as: finance,
        }),
        'invalid-transition': async () => ofVisit('customer', await visits.unscheduled(), { kind: 'OTHER', reason }),
        'not-started': async () => ofVisit('customer', await visits.confirmed(), { kind: 'NO_SHOW', reason }),
      },
    },
    getAssignment: { good: async () => ofVisit('customer', await visits.confirmed()) },
    listAssignments: { good: () => ({ as: customer }), bad: { forbidden: async () => ({ as: finance }) } },
    getAssignmentTimeline: {
      good: async () => ofVisit('customer', await visits.confirmed()),
      bad: {
        'validation-failed': async () => ({
          ...ofVisit('customer', await visits.confirmed()),
          query: { cursor: 'of-another-list' },
        }),
      },
    },
    streamChanges: {
      good: async () => ofVisit('customer', await visits.confirmed()),
      bad: {
        'cursor-expired': async () => {
          const position = Buffer.from('[[1,0,0],[1,0,0],[1,0,0]]').toString('base64url');
          return { ...ofVisit('customer', await visits.confirmed()), headers: { 'last-event-id': position } };
        },
      },
    },
    listReminders: {
      good: async () => ofVisit('customer', await visits.confirmed()),
      bad: {
        'validation-failed': async () => ({
          ...ofVisit('customer', await visits.confirmed()),
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
      good: async () => ({ as: finance, id: (await payouts.pending()).assignmentId }),
    },
    listPayouts: { good: () => ({ as: finance }), bad: { forbidden: async () => ({ as: customer }) } },
    getPayout: { good: async () => ({ as: finance, id: (await payouts.pending()).id }) },
    getPayoutTimeline: {
      good: async () => ({ as: ops, id: (await payouts.pending()).id }),
      bad: {
        'validation-failed': async () => ({
          ...{ as: ops, id: (await payouts.pending()).id },
          query: { cursor: 'of-another-list' },
        }),
      },
    },
    approvePayout: {
      good: async () => ({ as: finance, id: (await payouts.awaiting()).id }),
      bad: {
        forbidden: async () => ({ as: ops, id: (await payouts.awaiting()).id }),
        'own-payout': async () => ({ as: partner, id: (await payouts.awaiting()).id }),
        'invalid-transition': async () => ({ as: finance, id: (await payouts.pending()).id }),
        'already-approved': async () => {
          const { id } = await payouts.awaiting(200_000);
          await finance.approvePayout({ params: { id } });
          return { as: finance, id };
        },
      },
    },
    blockPayout: {
      good: async () => ({ as: ops, id: (await payouts.pending()).id, body: { reason } }),
      bad: {
        forbidden: async () => {
          const visit = await visits.confirmed();
          return { as: visit.provider, id: (await payoutOf(visit, 'PENDING')).id, body: { reason } };
        },
        'own-payout': async () => ({ as: partner, id: (await payouts.pending()).id, body: { reason } }),
        'invalid-transition': async () => {
          const { id } = await payouts.approved();
          await finance.markPayoutPaid({ params: { id }, body: { reference: 'SEPA 16' } });
          return { as: finance, id, body: { reason } };
        },
      },
    },
    unblockPayout: {
      good: async () => ({ as: finance, id: (await payouts.blocked()).id, body: { reason } }),
      bad: {
        forbidden: async () => ({ as: ops, id: (await payouts.blocked()).id, body: { reason } }),
        'own-payout': async () => ({ as: partner, id: (await payouts.blocked()).id, body: { reason } }),
        'invalid-transition': async () => ({
          as: finance,
          id: (await payouts.pending()).id,
          body: { reason },
        }),
      },
    },
    markPayoutPaid: {
      good: async () => ({ as: finance, id: (await payouts.approved()).id, body: { reference: 'SEPA 17' } }),
      bad: {
        forbidden: async () => ({ as: ops, id: (await payouts.approved()).id, body: { reference: 'SEPA 17' } }),
        'own-payout': async () => ({ as: partner, id: (await payouts.approved()).id, body: { reference: 'SEPA 17' } }),
        'invalid-transition': async () => ({
          as: finance,
          id: (await payouts.pending()).id,
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
      good: async () => ({ as: ops, id: (await visits.confirmed()).assignmentId }),
      bad: { forbidden: async () => ofVisit('customer', await visits.confirmed()) },
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

/** As Stripe signs what it sends. */
export function signed(body: string): Record<string, string> {
  const at = Math.trunc(Date.now() / 1000);
  const signature = createHmac('sha256', webhookSecret).update(`${at}.${body}`).digest('hex');
  return { 'stripe-signature': `t=${at},v1=${signature}` };
}

function ofVisit(by: 'customer' | 'provider', visit: Visit, body?: object): Attempt {
  return { as: visit[by], id: visit.assignmentId, ...(body && { body }) };
}

/** What can be wrong with a window is the same wherever one is proposed. */
function windowProblems(
  { customer, visits }: Stages,
  attempt: (visit: Visit, wanted: object) => Attempt | Promise<Attempt>,
): NonNullable<ContractCase['bad']> {
  const wrong = (wanted: object) => async () => attempt(await visits.unscheduled(), wanted);
  return {
    'unknown-timezone': wrong({ ...someday, timezone: 'Mars/Olympus_Mons' }),
    'nonexistent-local-time': wrong({ ...skippedInBerlin(), timezone: 'Europe/Berlin' }),
    'window-in-past': wrong(windowIn(now, { startsInMinutes: -60, minutes: 60 })),
    'window-too-far': wrong(windowOn(now, { days: 90, hour: 12, minutes: 60 })),
    'window-too-short': wrong(windowIn(now, { startsInMinutes: 60, minutes: 29 })),
    'window-too-long': wrong(windowIn(now, { startsInMinutes: 60, minutes: 20_161 })),
    'window-taken': async () => {
      const { provider, assignmentId } = await visits.confirmed();
      const { scheduledStart, scheduledEnd } = await customer.getAssignment({
        params: { id: assignmentId },
      });
      return attempt(await giveJob(customer, provider), { start: scheduledStart, end: scheduledEnd });
    },
  };
}

/** A local time within the hour that the clocks skip when summer time begins next. */
function skippedInBerlin(): { start: string; end: string } {
  const hours = (at: Temporal.ZonedDateTime) => at.offsetNanoseconds / 3_600e9;
  let change = now.toZonedDateTimeISO('Europe/Berlin').getTimeZoneTransition('next');
  if (change && hours(change) === 1) change = change.getTimeZoneTransition('next');
  if (!change) throw new Error('Berlin has no summer time any more.');
  const local = change.toPlainDateTime().subtract({ minutes: 30 });
  return { start: local.toString(), end: local.add({ hours: 3 }).toString() };
}
