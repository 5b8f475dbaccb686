import { randomUUID } from 'node:crypto';
import { type Endpoint, type EndpointName, endpoints } from '@punctual/contracts';
import { windowOn } from '@punctual/devstack';
import {
  createJourney,
  type Journey,
  startTestStack,
  type TestStack,
  type TestUser,
  timezone,
  type Visit,
} from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webhookSecret } from './contract-cases.ts';

// Every route with every caller, at the gateway. `may`: the caller is allowed, whatever the state
// permits. `own`: the caller would be allowed, were it not their own payout, account or proposal.

const table = `
                        nobody no-role customer other-customer provider other-provider finance ops provider-in-finance
createJob               401    403     may      may            403      403            403     403 403
getJob                  401    404     may      404            may      404            404     may 404
listJobs                401    403     may      may            may      may            403     may 403
updateJob               401    404     may      404            403      404            404     may 404
cancelJob               401    404     may      404            403      404            404     may 404
createAssignment        401    404     may      404            403      404            404     may 404
proposeForJob           401    404     may      404            403      404            404     may 404
proposeForAssignment    401    404     403      404            may      404            403     403 403
checkForJob             401    404     may      404            403      404            404     may 404
checkForAssignment      401    404     403      404            may      404            403     403 403
confirmSchedule         401    404     own      404            may      404            403     403 403
rejectAssignment        401    404     may      404            may      404            403     403 403
cancelAssignment        401    404     may      404            403      404            403     may 403
completeAssignment      401    404     403      404            may      404            403     may 403
disputeAssignment       401    404     may      404            may      404            403     may 403
getAssignment           401    404     may      404            may      404            may     may may
listAssignments         401    403     may      may            may      may            403     may 403
getAssignmentTimeline   401    404     may      404            may      404            may     may may
streamChanges           401    404     may      404            may      404            may     may may
listChanges             401    403     may      may            may      may            may     may may
listReminders           401    404     may      404            may      404            may     may may
listFreeWindows         401    403     may      may            may      may            403     may 403
getAssignmentPayout     401    404     404      404            may      404            may     may may
listPayouts             401    403     403      403            may      may            may     may may
summarizePayouts        401    403     403      403            may      may            may     may may
getPayout               401    404     404      404            may      404            may     may may
getPayoutTimeline       401    404     404      404            may      404            may     may may
approvePayout           401    404     404      404            403      404            may     403 own
blockPayout             401    404     404      404            403      404            may     may own
unblockPayout           401    404     404      404            403      404            may     403 own
markPayoutPaid          401    404     404      404            403      404            may     403 own
getPayoutAccount        401    404     404      404            may      404            may     404 may
putPayoutAccount        401    403     403      403            403      403            may     403 own
confirmPayoutAccount    401    403     403      403            403      403            may     403 own
getPayoutAccountHistory 401    403     403      403            403      403            may     may may
findPayoutDrift         401    403     403      403            403      403            may     may may
explainAssignment       401    403     403      403            403      403            403     may 403
listOpenReminders       401    403     403      403            403      403            403     may 403
erasePerson             401    403     403      403            403      403            403     may 403
getErasure              401    403     403      403            403      403            403     may 403
getPayoutsErasure       401    403     403      403            403      403            403     may 403
takeStripeNotice        may    may     may      may            may      may            may     may may
getRemindersHealth      may    may     may      may            may      may            may     may may
getOpenApi              may    may     may      may            may      may            may     may may
getSchema               may    may     may      may            may      may            may     may may
getDocs                 may    may     may      may            may      may            may     may may
`;

const [head = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/ +/));
const expected = new Map(rows.map(([name = '', ...verdicts]) => [name, verdicts]));
const all: Endpoint[] = Object.values(endpoints);

let world: TestStack;
let journey: Journey;

beforeAll(async () => {
  world = await startTestStack('routes-and-callers', { environment: { STRIPE_WEBHOOK_SECRET: webhookSecret } });
  journey = await createJourney(world);
});

afterAll(() => world?.stop());

test('the table has a row for each endpoint of the contract', () => {
  expect([...expected.keys()].sort()).toEqual(Object.keys(endpoints).sort());
});

/** The columns in which each role is allowed, if the resource is the caller's. */
const columns = { customer: ['customer'], provider: ['provider'], finance: ['finance'], ops: ['ops'] };

test.each(all)('the document lists the roles that may call $name', ({ name, roles }) => {
  const verdicts = expected.get(name) ?? [];
  const allowed = Object.entries(columns).filter(([, names]) =>
    names.some((column) => /may|own/.test(verdicts[head.indexOf(column)] ?? '')),
  );
  expect(roles === 'anyone' ? ['anyone'] : roles).toEqual(
    verdicts[0] === 'may' ? ['anyone'] : allowed.map(([role]) => role),
  );
});

test.each(all)('$method $path admits exactly the callers of the table', { timeout: 60_000 }, async (endpoint) => {
  const visit = await visitFor(endpoint.name as EndpointName);
  const id = await idFor(endpoint, visit);
  const body = bodies[endpoint.name as EndpointName];
  const seen: Record<string, string> = {};
  for (const [who, caller] of Object.entries(await callersOf(visit))) {
    const sent = { ...(id && { params: { id, name: id } }), ...(body && { body }) };
    seen[who] = verdictOf((await caller.send(endpoint, sent)) as Answer);
  }
  const verdicts = expected.get(endpoint.name) ?? [];
  expect(seen).toEqual(Object.fromEntries(head.map((who, index) => [who, verdicts[index]])));
});

type Answer = { status: number; body?: { code?: string } };

function verdictOf({ status, body }: Answer): string {
  if (status === 403) return body?.code?.startsWith('own-') ? 'own' : '403';
  return status === 401 || status === 404 ? String(status) : 'may';
}

async function callersOf({ provider, customer }: Visit): Promise<Record<string, TestUser>> {
  const nobodyInRoles = await world.environment.issuer.token({ roles: [], sub: customer.id });
  return {
    nobody: world.stranger(),
    'no-role': world.stranger({ token: nobodyInRoles }),
    customer,
    'other-customer': await world.user('customer'),
    provider,
    'other-provider': await world.user('provider'),
    finance: journey.finance,
    ops: await world.user('ops'),
    'provider-in-finance': await world.user('finance', { id: provider.id }),
  };
}

/** A visit whose state permits the command: a refusal by state would hide one by caller. */
async function visitFor(name: EndpointName): Promise<Visit> {
  if (name === 'confirmSchedule' || name === 'rejectAssignment') return journey.proposed();
  if (name === 'createAssignment' || /^(propose|check)For/.test(name)) return journey.unscheduled();
  const visit = await journey.confirmed();
  await journey.payoutOf(visit, 'PENDING');
  if (name === 'getPayoutAccount')
    await journey.finance.putPayoutAccount({
      params: { id: visit.provider.id },
      body: { account: 'acct_1MTfjCQ9PRzxEwkZ' },
    });
  return visit;
}

async function idFor({ path }: Endpoint, visit: Visit): Promise<string | undefined> {
  if (path.includes(':name')) return 'reminder.due.v1';
  if (!path.includes(':id')) return undefined;
  if (path.startsWith('/jobs/')) return visit.jobId;
  if (path.startsWith('/providers/')) return visit.provider.id;
  if (path.startsWith('/ops/people/')) return visit.customer.id;
  if (path.startsWith('/payouts/')) return (await journey.payoutOf(visit, 'PENDING')).id;
  return visit.assignmentId;
}

const reason = 'It stopped by itself';
const someday = windowOn(Temporal.Now.instant(), { days: 3, hour: 12, minutes: 60 });

const bodies: Partial<Record<EndpointName, object>> = {
  createJob: { title: 'The kitchen tap drips', timezone, price: { amountMinor: 8_000, currency: 'EUR' } },
  updateJob: { description: 'It drips all night' },
  cancelJob: { reason },
  createAssignment: { providerId: randomUUID() },
  proposeForJob: someday,
  proposeForAssignment: someday,
  checkForJob: someday,
  checkForAssignment: someday,
  rejectAssignment: { reason, scope: 'window' },
  cancelAssignment: { reason },
  disputeAssignment: { kind: 'OTHER', reason },
  blockPayout: { reason },
  unblockPayout: { reason },
  markPayoutPaid: { reference: 'SEPA 60' },
  putPayoutAccount: { account: 'acct_1NV2ZkQ9PRzxAb12' },
  erasePerson: { reason: 'Asked by letter' },
  takeStripeNotice: { id: 'evt_1' },
};
