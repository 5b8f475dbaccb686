import type { Random } from '../random.ts';
import type { AggregateBody, JourneyContext, TestAssignment } from './journey.ts';

type Side = 'customer' | 'provider';

/** Sent with a command that is only meant for this version. */
type Precondition = { ifMatch?: number };

/**
 * @param provider the id of a provider that other customers want as well; a new one when left out
 */
export async function createTestAssignment(
  context: JourneyContext,
  random: Random,
  provider?: string,
): Promise<TestAssignment> {
  const customer = await context.user('customer');
  const worker = await context.user('provider', provider);
  const job = await context.create(customer, '/jobs', {
    title: 'The kitchen tap drips',
    timezone: 'Europe/Berlin',
    price: { amountMinor: random.pick([8_000, 150_000]), currency: 'EUR' },
  });
  const { id } = await context.create(customer, `/jobs/${job.id}/assignments`, { providerId: worker.id });
  const assignment = { customer, provider: worker, jobId: job.id, assignmentId: id };
  context.show(assignment);
  return assignment;
}

/** Returns a window that starts this many seconds from now. */
export function windowStartingIn(seconds: number, minutes = 30): { start: string; end: string } {
  const start = Date.now() + seconds * 1_000;
  return { start: new Date(start).toISOString(), end: new Date(start + minutes * 60_000).toISOString() };
}

/** Proposes a window: customers by job, providers by assignment. */
export function sendProposal(
  context: JourneyContext,
  assignment: TestAssignment,
  by: Side,
  window: object,
  precondition: Precondition = {},
): Promise<AggregateBody | undefined> {
  const path =
    by === 'customer' ? `/jobs/${assignment.jobId}/schedule` : `/assignments/${assignment.assignmentId}/schedule`;
  return send(context, assignment, { name: 'propose', by, path, body: window, ...precondition });
}

/** Sends any other command on the assignment. */
export function sendCommand(
  context: JourneyContext,
  assignment: TestAssignment,
  by: Side,
  name: string,
  body: object = {},
  precondition: Precondition = {},
): Promise<AggregateBody | undefined> {
  const path = `/assignments/${assignment.assignmentId}/${name}`;
  return send(context, assignment, { name, by, path, body, ...precondition });
}

/** Sends a command. Then both sides look at what has become of it. */
async function send(
  context: JourneyContext,
  assignment: TestAssignment,
  { name, by, ...sent }: { name: string; by: Side; path: string; body: object } & Precondition,
): Promise<AggregateBody | undefined> {
  const { assignmentId: id, customer, provider } = assignment;
  const after = await context.command({ name, aggregate: 'assignment', id }, { ...sent, by: assignment[by] });
  await Promise.all([customer, provider].map((side) => context.read(side, `/assignments/${id}`)));
  return after;
}
